#include "runtime/cells/capped.h"

#include <utility>

namespace segue::cells {
namespace {

thread_local uint64_t capped = 0;

}  // namespace

void note_capped(uint64_t count) { capped += count; }

uint64_t take_capped() { return std::exchange(capped, 0); }

}  // namespace segue::cells
