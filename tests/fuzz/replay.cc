// Stands in for libFuzzer where it is absent: feeds each file of the given folders to the door, and
// with it each of its prefixes up to a bound, because truncated input is what doors meet most.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kPrefixesMax = 64;

void feed(const std::string& bytes) {
  // A copy of exactly this size, so that reading past the end is seen by the address sanitizer.
  const std::string copy(bytes.begin(), bytes.end());
  // SAFETY: char and uint8_t may alias.
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(copy.data()), copy.size());
}

void replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  feed(bytes);
  const size_t step = bytes.size() / kPrefixesMax + 1;
  for (size_t size = 0; size < bytes.size(); size += step) feed(bytes.substr(0, size));
}

}  // namespace

int main(int argc, char** argv) {
  size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      replay(entry.path());
      ++files;
    }
  }
  std::printf("replayed %zu files\n", files);
  return 0;
}
