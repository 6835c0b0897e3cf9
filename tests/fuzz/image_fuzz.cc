// Door: `Image::open`. Input that begins with `SEGI` is an image whose size and checksum are put
// right, so that what lies behind them is reached; all other input is text for the assembler.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/base/hash.h"
#include "runtime/image/assemble.h"
#include "runtime/image/file_format.h"

namespace segue::image {
namespace {

std::vector<std::byte> sealed(std::string_view text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  if (text.size() < sizeof(FileHeader)) return bytes;
  FileHeader header;
  std::memcpy(&header, text.data(), sizeof header);
  header.version = kVersion;
  header.bytes = text.size();
  header.checksum = hash64(text.substr(sizeof header));
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

/// What `open` takes can be printed, and its text is the text of the tables it becomes again.
void check(std::vector<std::byte> bytes) {
  const Result<Image> image = Image::open(std::move(bytes));
  if (!image) return;
  (void)image->schema();
  const std::string text = print(image->view());
  const Result<Tables> tables = assemble(text);
  SEGUE_CHECK(tables.has_value(), "printed text is read back");
  const Result<Image> again = Image::open(tables->finish());
  SEGUE_CHECK(again.has_value(), "what was read back is an image");
  SEGUE_CHECK(print(again->view()) == text, "print, assemble, print is the identity");
}

}  // namespace
}  // namespace segue::image

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace segue::image;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with("SEGI")) {
    check(sealed(text));
  } else if (const auto tables = assemble(text); tables.has_value()) {
    check(tables->finish());
  }
  return 0;
}
