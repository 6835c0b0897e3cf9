#include "compiler/sema/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "compiler/sema/kind_set.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/ops.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;

namespace {

constexpr uint32_t kUnused = UINT32_MAX;

class Renumbering {
 public:
  explicit Renumbering(Context& context) : context_(context), nodes_(context.nodes) {}

  void run() {
    reach_all();
    number_kinds();
    number_slots();
    number_zones();
    rewrite();
    carry_slots();
    move_streams();
  }

 private:
  // ---- what is reached --------------------------------------------------------------------------

  void reach_all() {
    kind_used_.assign(kFirstNamedKind + nodes_.kinds().size(), false);
    slot_used_.assign(nodes_.slots().size(), false);
    zone_used_.assign(nodes_.zones().size(), false);
    new_stream_.assign(nodes_.streams().size(), kUnused);
    for (const hir::Score& score : context_.rules.scores) reach(score.value);
    for (const hir::Segment& segment : context_.rules.segments) reach(segment.when);
    // Predicates name no streams, so this list is complete.
    for (const uint32_t stream : order_) reach(nodes_.streams()[stream].predicate);
    for (const uint32_t stream : order_) {
      const hir::Stream& found = nodes_.streams()[stream];
      if (found.by) slot_used_[found.by->index] = true;
      if (found.kind == hir::Stream::Kind::kChange) slot_used_[found.slot.index] = true;
    }
  }

  void reach(const ExprPtr& expr) {
    if (expr == nullptr || !reached_.insert(expr.get()).second) return;
    const Expr& e = *expr;
    for (const KindId kind : e.kinds) kind_used_[kind.index] = true;
    if (e.op == Op::kTrait || e.op == Op::kProperty) slot_used_[e.slot.index] = true;
    if (names_stream(e.op)) reach_stream(e.stream);
    if (names_zone(e)) reach_zone(e.zone);
    reach(e.window.anchor);
    for (const ExprPtr& child : e.children) reach(child);
  }

  void reach_zone(hir::ZoneId zone) {
    if (zone != hir::kUserZone) {
      zone_used_[zone.index] = true;
      return;
    }
    context_.rules.user_zone = context_.user_zone;
    slot_used_[context_.user_zone.index] = true;
  }

  /// What a derived stream is made of stands before it.
  void reach_stream(hir::StreamId stream) {
    if (new_stream_[stream.index] != kUnused) return;
    const hir::Stream& found = nodes_.streams()[stream.index];
    for (const hir::StreamId read : hir::streams_of(found)) reach_stream(read);
    reach(found.condition);
    new_stream_[stream.index] = static_cast<uint32_t>(order_.size());
    order_.push_back(stream.index);
  }

  // ---- final numbers ----------------------------------------------------------------------------

  void number_kinds() {
    auto& kinds = context_.rules.schema.kinds;
    kinds.resize(kFirstNamedKind);
    std::vector<uint32_t> used;
    for (uint32_t i = kFirstNamedKind; i < kind_used_.size(); ++i) {
      if (kind_used_[i]) used.push_back(i);
    }
    const auto name = [&](uint32_t kind) -> const std::string& {
      return nodes_.kinds()[kind - kFirstNamedKind];
    };
    std::sort(used.begin(), used.end(), [&](uint32_t a, uint32_t b) { return name(a) < name(b); });
    new_kind_.assign(kind_used_.size(), kUnused);
    for (const uint32_t kind : used) {
      new_kind_[kind] = static_cast<uint32_t>(kinds.size());
      kinds.push_back({name(kind), {}});
    }
  }

  void number_slots() {
    auto& slots = context_.rules.schema.slots;
    std::vector<uint32_t> used;
    for (uint32_t i = 0; i < slot_used_.size(); ++i) {
      if (slot_used_[i]) used.push_back(i);
    }
    const auto& all = nodes_.slots();
    std::sort(used.begin(), used.end(), [&](uint32_t a, uint32_t b) {
      if (all[a].is_trait != all[b].is_trait) return all[a].is_trait;
      return all[a].path < all[b].path;
    });
    new_slot_.assign(slot_used_.size(), kUnused);
    for (const uint32_t slot : used) {
      new_slot_[slot] = static_cast<uint32_t>(slots.size());
      slots.push_back(all[slot]);
    }
  }

  void number_zones() {
    new_zone_.assign(zone_used_.size(), kUnused);
    for (uint32_t i = 0; i < zone_used_.size(); ++i) {
      if (!zone_used_[i]) continue;
      new_zone_[i] = static_cast<uint32_t>(context_.rules.zones.size());
      context_.rules.zones.push_back(nodes_.zones()[i]);
    }
  }

  /// Only reached nodes have all their ids; the others are dropped with the checker.
  void rewrite() {
    for (const std::shared_ptr<Node>& node : nodes_.all()) {
      if (!reached_.contains(node.get())) continue;
      Expr& e = *node;
      for (KindId& kind : e.kinds) kind.index = new_kind_[kind.index];
      std::sort(e.kinds.begin(), e.kinds.end());
      e.kinds.erase(std::unique(e.kinds.begin(), e.kinds.end()), e.kinds.end());
      if (e.op == Op::kTrait || e.op == Op::kProperty) e.slot.index = new_slot_[e.slot.index];
      if (names_stream(e.op)) e.stream.index = new_stream_[e.stream.index];
      if (names_zone(e) && e.zone != hir::kUserZone) e.zone.index = new_zone_[e.zone.index];
    }
    auto& user_zone = context_.rules.user_zone;
    if (user_zone) user_zone->index = new_slot_[user_zone->index];
  }

  // ---- which kind carries which slot
  // --------------------------------------------------------------

  void carry_slots() {
    auto& schema = context_.rules.schema;
    for (uint32_t i = 0; i < schema.slots.size(); ++i) {
      if (schema.slots[i].is_trait) schema.kinds[kIdentifyKind.index].slots.push_back(i);
    }
    for (const uint32_t stream : order_) {
      const hir::Stream& found = nodes_.streams()[stream];
      if (found.predicate != nullptr) carry(*found.predicate, KindSet::all());
      if (found.by) carry_key(found);
    }
    for (const Expr* expr : reached_) {
      if (expr->op != Op::kAggregate) continue;
      const ExprPtr& predicate = nodes_.streams()[order_[expr->stream.index]].predicate;
      carry(*expr->children[0], kinds_of(*predicate));
    }
  }

  /// The property of `by` is read of the events of each step, and of what must not come.
  void carry_key(const hir::Stream& stream) {
    const uint32_t slot = new_slot_[stream.by->index];
    const auto count = static_cast<uint32_t>(context_.rules.schema.kinds.size());
    for (const hir::StreamId read : hir::streams_of(stream)) {
      const ExprPtr& predicate = nodes_.streams()[read.index].predicate;
      if (predicate == nullptr) continue;
      for (const uint32_t kind : kinds_of(*predicate).members(count)) {
        give(kind, slot, stream.span);
      }
    }
  }

  /// The kinds of which an event may make the expression true: never too few.
  KindSet kinds_of(const Expr& e) const {
    if (e.op == Op::kEventIs) {
      return e.kinds.empty() ? KindSet::all() : KindSet::only(e.kinds);
    }
    if (e.op == Op::kNot && e.children[0]->op == Op::kEventIs && !e.children[0]->kinds.empty()) {
      return KindSet::all_but(e.children[0]->kinds);
    }
    if (e.op != Op::kAnd && e.op != Op::kOr) return KindSet::all();
    KindSet kinds = kinds_of(*e.children[0]);
    for (size_t i = 1; i < e.children.size(); ++i) {
      const KindSet more = kinds_of(*e.children[i]);
      kinds = e.op == Op::kAnd ? kinds.meet(more) : kinds.join(more);
    }
    return kinds;
  }

  /// Gives the properties of `e` to the kinds it is looked at of.
  void carry(const Expr& e, const KindSet& kinds) {
    if (e.op == Op::kProperty) {
      const auto count = static_cast<uint32_t>(context_.rules.schema.kinds.size());
      for (const uint32_t kind : kinds.members(count)) give(kind, e.slot.index, e.span);
      return;
    }
    if (e.children.empty()) return;
    const KindSet inner = e.op == Op::kAnd ? kinds.meet(kinds_of(e)) : kinds;
    for (const ExprPtr& child : e.children) carry(*child, inner);
  }

  void give(uint32_t kind, uint32_t slot, Span span) {
    if (carried_ > kCarriedMax) return;
    std::vector<uint32_t>& slots = context_.rules.schema.kinds[kind].slots;
    const auto at = std::lower_bound(slots.begin(), slots.end(), slot);
    if (at != slots.end() && *at == slot) return;
    slots.insert(at, slot);
    if (++carried_ <= kCarriedMax) return;
    context_
        .report(Code::kE0501, span,
                fmt::format("the rules read more than {} properties of events", kCarriedMax))
        .label("a property of `any` is one of every event that is named");
  }

  void move_streams() {
    for (const uint32_t index : order_) {
      hir::Stream stream = std::move(nodes_.streams()[index]);
      const auto renumbered = [&](hir::StreamId& id) { id.index = new_stream_[id.index]; };
      for (hir::Stream::Step& step : stream.steps) {
        renumbered(step.stream);
        for (hir::StreamId& absent : step.without) renumbered(absent);
      }
      if (stream.absence) renumbered(stream.absence->stream);
      for (hir::StreamId& source : stream.sources) renumbered(source);
      if (stream.by) stream.by->index = new_slot_[stream.by->index];
      if (stream.kind == hir::Stream::Kind::kChange) {
        stream.slot.index = new_slot_[stream.slot.index];
      }
      context_.rules.streams.push_back(std::move(stream));
    }
  }

  Context& context_;
  Nodes& nodes_;
  std::unordered_set<const Expr*> reached_;
  std::vector<uint32_t> order_;  // old indices of streams, by new index
  std::vector<bool> kind_used_, slot_used_, zone_used_;
  std::vector<uint32_t> new_kind_, new_slot_, new_zone_, new_stream_;
  uint32_t carried_ = 0;  // slots of all kinds together
};

}  // namespace

void renumber(Context& context) { Renumbering(context).run(); }

}  // namespace segue::sema
