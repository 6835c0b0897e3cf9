#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "api/compilation_state.h"
#include "runtime/base/decimal.h"
#include "runtime/base/text.h"
#include "segue/measure.h"

namespace segue {
namespace {

constexpr int64_t kBeginMs = 1'748'736'000'000;  // 2025-06-01
constexpr int64_t kSpanMs = int64_t{30} * 24 * 3'600'000;

/// SplitMix64 (Steele, Lea, Flood 2014): the same on every machine, which the distributions of the
/// standard library are not.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    state_ += 0x9E37'79B9'7F4A'7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t end) { return next() % end; }
  /// [0, 1)
  double share() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Of [0, end), the first more often: the k-th about as often as 1/(k + 1).
  uint64_t skewed(uint64_t end) {
    const double at = std::pow(static_cast<double>(end) + 1, share()) - 1;
    return std::min(end - 1, static_cast<uint64_t>(at));
  }

 private:
  uint64_t state_;
};

/// What rules compare a property or a trait with.
struct Constants {
  std::vector<double> numbers;
  std::vector<std::string> texts;
  bool truths = false;
};

/// Finds the constants that stand with one slot alone in a part of an expression.
class Finder {
 public:
  explicit Finder(const plan::Plan& plan) : plan_(plan), found_(plan.schema.slots.size()) {}

  std::vector<Constants> run() {
    for (const plan::Stream& stream : plan_.streams) look(stream.predicate);
    for (const plan::Cell& cell : plan_.cells) look(cell.value);
    for (const plan::Node& node : plan_.nodes) look(node.value);
    return std::move(found_);
  }

 private:
  struct Seen {
    std::vector<uint32_t> slots;
    Constants constants;
  };

  void look(const plan::ExprPtr& root) {
    if (root) visit(*root);
  }

  /// The slots and constants below a part; those of a part with one slot are that slot's.
  Seen visit(const plan::Expr& part) {
    Seen seen;
    for (const plan::ExprPtr& operand : part.operands) {
      const Seen below = visit(*operand);
      seen.slots.insert(seen.slots.end(), below.slots.begin(), below.slots.end());
      add(below.constants, seen.constants);
    }
    take(part, seen);
    if (part.operands.empty() || seen.slots.size() != 1) return seen;
    add(seen.constants, found_[seen.slots[0]]);
    seen.constants = {};
    return seen;
  }

  void take(const plan::Expr& part, Seen& seen) const {
    switch (plan::immediate_of(part.op)) {
      case plan::Immediate::kSlot:
        seen.slots.push_back(part.index);
        break;
      case plan::Immediate::kCell:
      case plan::Immediate::kCellWindow:
      case plan::Immediate::kCellNth:
        if (plan_.cells[part.index].value) take_slots(*plan_.cells[part.index].value, seen);
        break;
      case plan::Immediate::kNumber:
        seen.constants.numbers.push_back(part.number);
        break;
      case plan::Immediate::kDecimal:
        seen.constants.numbers.push_back(to_double(part.decimal));
        break;
      case plan::Immediate::kText:
      case plan::Immediate::kTextFold:
        seen.constants.texts.push_back(part.text);
        break;
      case plan::Immediate::kScalar:
      case plan::Immediate::kSet:
      case plan::Immediate::kSetFold:
        for (const plan::Literal& literal : part.set) take_literal(literal, seen.constants);
        break;
      default:
        break;
    }
    if (part.op == plan::Op::kValueTrue) seen.constants.truths = true;
  }

  static void take_slots(const plan::Expr& value, Seen& seen) {
    if (value.op == plan::Op::kSlot) seen.slots.push_back(value.index);
    for (const plan::ExprPtr& operand : value.operands) take_slots(*operand, seen);
  }

  static void take_literal(const plan::Literal& literal, Constants& constants) {
    if (literal.type == hir::Type::kNumber) constants.numbers.push_back(literal.number);
    if (literal.type == hir::Type::kText) constants.texts.push_back(literal.text);
    if (literal.type == hir::Type::kTruth) constants.truths = true;
  }

  static void add(const Constants& from, Constants& to) {
    to.numbers.insert(to.numbers.end(), from.numbers.begin(), from.numbers.end());
    to.texts.insert(to.texts.end(), from.texts.begin(), from.texts.end());
    to.truths = to.truths || from.truths;
  }

  const plan::Plan& plan_;
  std::vector<Constants> found_;
};

class Writer {
 public:
  Writer(const plan::Plan& plan, const SyntheticEvents& wanted)
      : schema_(plan.schema),
        constants_(Finder(plan).run()),
        wanted_(wanted),
        random_(wanted.seed) {}

  std::string run() {
    std::string out;
    const uint64_t named = schema_.kinds.size() - kFirstNamedKind;
    for (uint64_t i = 0; i < wanted_.events; ++i) {
      const int64_t at =
          kBeginMs + static_cast<int64_t>(static_cast<double>(kSpanMs) * static_cast<double>(i) /
                                          static_cast<double>(wanted_.events));
      out += fmt::format(R"({{"userId":"user{}","timestamp":{},"messageId":"m{}",)",
                         random_.skewed(std::max<uint64_t>(wanted_.users, 1)), at, i);
      const uint64_t roll = random_.below(100);
      if (roll < 4) {
        write_call(out, R"("type":"identify","traits":)", kIdentifyKind.index);
      } else if (roll < 14 || named == 0) {
        out += R"("event":"Other","properties":{}})";
      } else {
        const uint32_t kind = static_cast<uint32_t>(kFirstNamedKind + random_.skewed(named));
        const std::string& name = schema_.kinds[kind].wire_name;
        write_call(out, fmt::format(R"("event":{},"properties":)", json_quoted(name)), kind);
      }
      out += '\n';
    }
    return out;
  }

 private:
  /// Values at the first step of a path; what lies deeper is not made up.
  void write_call(std::string& out, std::string_view head, uint32_t kind) {
    out += head;
    out += '{';
    bool first = true;
    for (const uint32_t slot : schema_.kinds[kind].slots) {
      const InputSchema::Slot& row = schema_.slots[slot];
      if (row.path.size() != 1 || row.is_trait != (kind == kIdentifyKind.index)) continue;
      out += fmt::format("{}{}:{}", first ? "" : ",", json_quoted(row.path[0]),
                         value_of(constants_[slot]));
      first = false;
    }
    out += "}}";
  }

  std::string value_of(const Constants& constants) {
    const size_t texts = constants.texts.size();
    const size_t numbers = constants.numbers.size();
    if (constants.truths && random_.below(2) == 0) return random_.below(2) == 0 ? "true" : "false";
    if (texts > 0 && random_.below(texts + numbers) < texts) {
      const uint64_t roll = random_.below(10);
      if (roll < 3) return fmt::format("\"other {}\"", random_.below(100));
      const std::string& text = constants.texts[random_.below(texts)];
      return json_quoted(roll < 5 ? text + "/more" : text);
    }
    const double near = numbers == 0 ? 100 : constants.numbers[random_.below(numbers)];
    return fmt::format("{:.2f}", near * 2 * random_.share());
  }

  const InputSchema& schema_;
  std::vector<Constants> constants_;
  const SyntheticEvents& wanted_;
  Random random_;
};

}  // namespace

std::string make_events(const Compilation& compilation, const SyntheticEvents& wanted) noexcept {
  return Writer(compilation.state().lowered, wanted).run();
}

}  // namespace segue
