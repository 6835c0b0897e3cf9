#include "compiler/sema/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "compiler/sema/ops.h"

namespace segue::sema {

using hir::Expr;
using hir::Op;
using hir::OrderEntry;

namespace {

struct Vertex {
  OrderEntry entry;
  const Declared* declared = nullptr;
  std::vector<std::pair<size_t, Span>> reads;  // vertex, and where it is named
  enum class State : uint8_t { kNew, kOpen, kDone } state = State::kNew;
  size_t next = 0;  // of reads, while open
};

class Ordering {
 public:
  explicit Ordering(Context& context) : context_(context) {}

  void run() {
    const auto& segments = context_.names.of(NameKind::kSegment);
    const auto& scores = context_.names.of(NameKind::kScore);
    for (const Declared& score : scores) vertices_.push_back({{true, score.index}, &score, {}});
    for (const Declared& segment : segments) {
      vertices_.push_back({{false, segment.index}, &segment, {}});
    }
    // Files in order, declarations by place: so that the order is that of the reader.
    by_place_.resize(vertices_.size());
    for (size_t i = 0; i < by_place_.size(); ++i) by_place_[i] = i;
    std::sort(by_place_.begin(), by_place_.end(), [&](size_t a, size_t b) {
      const Declared& left = *vertices_[a].declared;
      const Declared& right = *vertices_[b].declared;
      if (left.file != right.file) return left.file < right.file;
      return left.name->span.begin < right.name->span.begin;
    });
    for (Vertex& vertex : vertices_) {
      const auto& rules = context_.rules;
      find_reads(vertex.entry.is_score ? rules.scores[vertex.entry.index].value
                                       : rules.segments[vertex.entry.index].when,
                 scores.size(), vertex);
    }
    for (const size_t start : by_place_) visit(start);
  }

  /// Which scores, then which segments, are the user's own or are read by those or by a test.
  std::vector<bool> used() const {
    std::vector<size_t> pending;
    std::vector<bool> found(vertices_.size(), false);
    const auto add = [&](size_t vertex) {
      if (!found[vertex]) pending.push_back(vertex);
      found[vertex] = true;
    };
    for (size_t i = 0; i < vertices_.size(); ++i) {
      if (!context_.is_library(vertices_[i].declared->file)) add(i);
    }
    for (const hir::Test& test : context_.rules.tests) {
      for (const hir::Test::Expectation& expected : test.expectations) {
        using Kind = hir::Test::Expectation::Kind;
        if (expected.kind == Kind::kNoOtherChanges) continue;
        add(expected.kind == Kind::kScore ? expected.score.index
                                          : context_.rules.scores.size() + expected.segment.index);
      }
    }
    while (!pending.empty()) {
      const size_t vertex = pending.back();
      pending.pop_back();
      for (const auto& [read, span] : vertices_[vertex].reads) add(read);
    }
    return found;
  }

 private:
  /// Of streams too: what enters or leaves a segment reads it.
  void find_reads(const hir::ExprPtr& root, size_t score_count, Vertex& vertex) {
    std::vector<const Expr*> pending;
    std::unordered_set<const Expr*> seen;
    std::vector<hir::StreamId> streams;
    std::unordered_set<uint32_t> streams_seen;
    if (root != nullptr) pending.push_back(root.get());
    while (!pending.empty() || !streams.empty()) {
      if (!streams.empty()) {
        const hir::StreamId id = streams.back();
        streams.pop_back();
        if (!streams_seen.insert(id.index).second) continue;
        const hir::Stream& stream = context_.nodes.streams()[id.index];
        for (const hir::StreamId read : hir::streams_of(stream)) streams.push_back(read);
        if (stream.predicate != nullptr) pending.push_back(stream.predicate.get());
        if (stream.condition != nullptr) pending.push_back(stream.condition.get());
        continue;
      }
      const Expr* expr = pending.back();
      pending.pop_back();
      if (!seen.insert(expr).second) continue;
      if (hir::names_stream(expr->op)) streams.push_back(expr->stream);
      if (expr->window.anchor != nullptr) pending.push_back(expr->window.anchor.get());
      if (expr->op == Op::kScore) vertex.reads.emplace_back(expr->score.index, expr->span);
      if (expr->op == Op::kMember) {
        vertex.reads.emplace_back(score_count + expr->segment.index, expr->span);
      }
      for (const hir::ExprPtr& child : expr->children) pending.push_back(child.get());
    }
    std::sort(vertex.reads.begin(), vertex.reads.end(), [](const auto& a, const auto& b) {
      return std::pair(a.second.begin, a.first) < std::pair(b.second.begin, b.first);
    });
  }

  /// Depth first with its own stack: a chain of segments may be as long as the file.
  void visit(size_t start) {
    if (vertices_[start].state != Vertex::State::kNew) return;
    open(start);
    while (!stack_.empty()) {
      Vertex& vertex = vertices_[stack_.back()];
      if (vertex.next == vertex.reads.size()) {
        vertex.state = Vertex::State::kDone;
        context_.rules.order.push_back(vertex.entry);
        stack_.pop_back();
        continue;
      }
      const auto [read, span] = vertex.reads[vertex.next++];
      switch (vertices_[read].state) {
        case Vertex::State::kNew:
          open(read);
          break;
        case Vertex::State::kOpen:
          report_cycle(read, span);
          break;
        case Vertex::State::kDone:
          break;
      }
    }
  }

  void open(size_t vertex) {
    vertices_[vertex].state = Vertex::State::kOpen;
    stack_.push_back(vertex);
  }

  void report_cycle(size_t again, Span span) {
    const auto begin = std::find(stack_.begin(), stack_.end(), again);
    const auto name = [&](size_t vertex) -> const std::string& {
      return vertices_[vertex].declared->name->text;
    };
    std::string chain;
    for (auto at = begin; at != stack_.end(); ++at) chain += fmt::format("`{}` → ", name(*at));
    auto& found =
        context_.report(Code::kE0214, span, fmt::format("`{}` is defined by itself", name(again)));
    found.label("read here").note(chain + "`" + name(again) + "`");
    for (auto at = begin; at != stack_.end(); ++at) {
      found.also(vertices_[*at].declared->name->span, "in the circle");
    }
  }

  Context& context_;
  std::vector<Vertex> vertices_;
  std::vector<size_t> by_place_;
  std::vector<size_t> stack_;
};

/// New indices of what stays; the rest has none.
template <class Rule>
std::vector<uint32_t> keep_used(std::vector<Rule>& rules, const std::vector<bool>& used,
                                size_t first) {
  std::vector<uint32_t> moved(rules.size(), UINT32_MAX);
  uint32_t next = 0;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (!used[first + i]) continue;
    moved[i] = next;
    if (next != i) rules[next] = std::move(rules[i]);
    ++next;
  }
  rules.resize(next);
  return moved;
}

/// What a library declares and nobody reads is no part of the rules.
void drop_unused(Context& context, const std::vector<bool>& used) {
  hir::Rules& rules = context.rules;
  const size_t score_count = rules.scores.size();
  const std::vector<uint32_t> scores = keep_used(rules.scores, used, 0);
  const std::vector<uint32_t> segments = keep_used(rules.segments, used, score_count);
  for (const std::shared_ptr<Node>& node : context.nodes.all()) {
    if (node->op == Op::kScore) node->score.index = scores[node->score.index];
    if (node->op == Op::kMember) node->segment.index = segments[node->segment.index];
  }
  for (hir::Test& test : rules.tests) {
    for (hir::Test::Expectation& expected : test.expectations) {
      using Kind = hir::Test::Expectation::Kind;
      if (expected.kind == Kind::kNoOtherChanges) continue;
      if (expected.kind == Kind::kScore) {
        expected.score.index = scores[expected.score.index];
      } else {
        expected.segment.index = segments[expected.segment.index];
      }
    }
  }
  std::vector<OrderEntry> order;
  for (OrderEntry entry : rules.order) {
    entry.index = (entry.is_score ? scores : segments)[entry.index];
    if (entry.index != UINT32_MAX) order.push_back(entry);
  }
  rules.order = std::move(order);
}

}  // namespace

void order_rules(Context& context) {
  Ordering ordering(context);
  ordering.run();
  const auto& libraries = context.options.libraries;
  if (std::find(libraries.begin(), libraries.end(), true) == libraries.end()) return;
  drop_unused(context, ordering.used());
}

}  // namespace segue::sema
