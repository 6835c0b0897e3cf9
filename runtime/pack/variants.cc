#include <cstring>
#include <numeric>

#include "runtime/pack/block.h"

namespace segue::pack {
namespace {

/// Puts ordinals in the order of their codes, all below `limit`; those of one code stay in order.
void sort_by_code(const std::vector<uint32_t>& codes, uint32_t limit,
                  std::vector<uint32_t>& ordinals) {
  std::vector<uint32_t> begins(size_t{limit} + 1, 0);
  for (const uint32_t code : codes) ++begins[code + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<uint32_t> sorted(ordinals.size());
  for (const uint32_t ordinal : ordinals) sorted[begins[codes[ordinal]]++] = ordinal;
  ordinals.swap(sorted);
}

/// Makes of two numbers that each ordinal has, the second below `limit`, one; returns how many
/// there are then. Sorted, not hashed: a hostile file has no say in how long it takes.
uint32_t join_numbers(std::vector<uint32_t>& numbers, uint32_t count,
                      const std::vector<uint32_t>& codes, uint32_t limit) {
  std::vector<uint32_t> ordinals(numbers.size());
  std::iota(ordinals.begin(), ordinals.end(), 0);
  sort_by_code(codes, limit, ordinals);
  sort_by_code(numbers, count, ordinals);
  uint32_t joined = 0;
  uint32_t number = 0;
  uint32_t code = 0;
  for (size_t i = 0; i < ordinals.size(); ++i) {
    uint32_t& own = numbers[ordinals[i]];
    if (i > 0 && (own != number || codes[ordinals[i]] != code)) ++joined;
    number = own;
    code = codes[ordinals[i]];
    own = joined;
  }
  return ordinals.empty() ? 0 : joined + 1;
}

}  // namespace

uint32_t Block::number_variants(std::vector<uint32_t>& of_events) {
  struct Numbers {
    const char* next;  // of the kind's next event
    uint32_t first;
    uint32_t step;  // bytes to the one behind: none if all have one
  };
  std::vector<Numbers> numbers;
  uint32_t count = 0;
  for (Kind& kind : kinds_) {
    kind.first = count;
    kind.number_variants();
    count += kind.variants;
    const bool one = kind.columns.empty();
    const uint32_t* const of_ordinals = one                        ? &no_code_
                                        : kind.columns.size() == 1 ? kind.columns[0]->codes.data()
                                                                   : kind.numbers.data();
    // SAFETY: its bytes, which are read as what they are.
    numbers.push_back({reinterpret_cast<const char*>(of_ordinals), kind.first,
                       one ? 0U : uint32_t{sizeof(uint32_t)}});
  }
  kind_of_variant_.clear();
  for (uint32_t i = 0; i < kinds_.size(); ++i) kind_of_variant_.resize(kinds_[i].end(), i);
  of_events.resize(row_.events);
  const uint32_t* const codes = codes_.data();
  for (size_t i = 0; i < of_events.size(); ++i) {
    Numbers& kind = numbers[codes[i]];
    uint32_t own;
    std::memcpy(&own, kind.next, sizeof own);
    of_events[i] = kind.first + own;
    kind.next += kind.step;
  }
  return count;
}

void Block::Kind::number_variants() {
  variants = 1;
  if (!columns.empty()) variants = columns[0]->entries();
  if (columns.size() < 2) return;
  numbers = columns[0]->codes;
  for (size_t i = 1; i < columns.size(); ++i) {
    variants = join_numbers(numbers, variants, columns[i]->codes, columns[i]->entries());
  }
  ordinals.resize(variants);
  for (uint32_t i = 0; i < numbers.size(); ++i) ordinals[numbers[i]] = i;
}

void Block::read_variant(uint32_t number, Event& event) {
  const uint32_t code = kind_of_variant_[number];
  const HotKind& hot = hot_[code];
  Kind& kind = kinds_[code];
  const uint32_t own = number - kind.first;
  event.kind = hot.kind;
  event.name = {hot.name, hot.name_bytes};
  if (hot.values != nullptr) {
    event.slots = {hot.values + size_t{own} * hot.slots, hot.slots};
  } else if (kind.columns.size() == 1) {
    kind.take(*kind.columns[0], own);
    event.slots = kind.row;
  } else {
    event.slots = kind.columns.empty() ? kind.row : kind.gather(kind.ordinals[own]);
  }
}

}  // namespace segue::pack
