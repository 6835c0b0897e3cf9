#include "runtime/base/arena.h"

#include <algorithm>
#include <cstring>

namespace segue {

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* place = bytes(text.size());
  std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

void Arena::rewind(Mark mark) {
  while (chunks_.size() > mark.chunk) {
    // The first chunk stays even if it was made after the mark: the next call would ask for it.
    if (mark.chunk == 0 && chunks_.size() == 1) break;
    held_ -= chunks_.back().size;
    chunks_.pop_back();
  }
  used_ = mark.used;
}

std::byte* Arena::take_new(size_t count) {
  const size_t size = std::max(count, kChunkBytes);
  chunks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
  held_ += size;
  used_ = count;
  return chunks_.back().data.get();
}

}  // namespace segue
