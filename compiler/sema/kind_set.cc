#include "compiler/sema/kind_set.h"

#include <algorithm>
#include <iterator>

namespace segue::sema {

KindSet KindSet::only(const std::vector<KindId>& kinds) {
  KindSet set;
  set.inverted_ = false;
  for (const KindId kind : kinds) set.named_.push_back(kind.index);
  std::sort(set.named_.begin(), set.named_.end());
  return set;
}

KindSet KindSet::all_but(const std::vector<KindId>& kinds) { return only(kinds).complement(); }

KindSet KindSet::complement() const {
  KindSet set = *this;
  set.inverted_ = !inverted_;
  return set;
}

KindSet KindSet::meet(const KindSet& other) const {
  const auto& a = named_;
  const auto& b = other.named_;
  KindSet set;
  set.inverted_ = inverted_ && other.inverted_;
  const auto out = std::back_inserter(set.named_);
  if (set.inverted_) {
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), out);
  } else if (inverted_) {
    std::set_difference(b.begin(), b.end(), a.begin(), a.end(), out);
  } else if (other.inverted_) {
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), out);
  } else {
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), out);
  }
  return set;
}

KindSet KindSet::join(const KindSet& other) const {
  return complement().meet(other.complement()).complement();
}

std::vector<uint32_t> KindSet::members(uint32_t kind_count) const {
  if (!inverted_) return named_;
  std::vector<uint32_t> members;
  auto skip = named_.begin();
  for (uint32_t kind = kOtherKind.index; kind < kind_count; ++kind) {
    while (skip != named_.end() && *skip < kind) ++skip;
    if (skip == named_.end() || *skip != kind) members.push_back(kind);
  }
  return members;
}

}  // namespace segue::sema
