#include "compiler/emit/code_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/base/text.h"
#include "runtime/image/op_info.h"

namespace segue {

using plan::Expr;
using plan::Immediate;
using plan::Literal;

namespace {

using image::kSlopeBias;

template <class T>
std::string key_of(char table, const T& value) {
  static_assert(std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>);
  std::string key(1 + sizeof value, table);
  std::memcpy(key.data() + 1, &value, sizeof value);
  return key;
}

/// Whether it compares numbers that decay; where its operands begin is then written with it.
bool moves(const Expr& expr) {
  const bool compares =
      expr.op == plan::Op::kEqual || expr.op == plan::Op::kLess || expr.op == plan::Op::kLessEqual;
  return compares && (plan::decays(expr.operands[0]) || plan::decays(expr.operands[1]));
}

}  // namespace

image::Range CodeWriter::write(const plan::ExprPtr& expr) {
  if (!expr) return {};
  std::vector<image::OpRow> code;
  std::vector<image::OpRow>* outer = std::exchange(code_, &code);
  put(*expr);
  code_ = outer;
  const image::Range range{static_cast<uint32_t>(tables_.ops.size()),
                           static_cast<uint32_t>(code.size())};
  tables_.ops.insert(tables_.ops.end(), code.begin(), code.end());
  return range;
}

void CodeWriter::put(const Expr& expr) {
  switch (plan::immediate_of(expr.op)) {
    case Immediate::kOperands:
    case Immediate::kAtLeast:
      return put_counted(expr);
    default:
      break;
  }
  if (expr.op == plan::Op::kAnyItem) {
    put(*expr.operands[0]);
    return put_op(expr.op, item_test(expr.operands[1]));
  }
  const auto begin = static_cast<uint32_t>(code_->size());
  put_operands(expr);
  const uint32_t fold = expr.truth ? 1 : 0;
  const auto text = [&] {
    return tables_.add_text(fold != 0 && expr.op != plan::Op::kMatches ? fold_case(expr.text)
                                                                       : expr.text);
  };
  switch (plan::immediate_of(expr.op)) {
    case Immediate::kNone: {
      const uint32_t back = moves(expr) ? static_cast<uint32_t>(code_->size()) - begin : 0;
      return put_op(expr.op, 0, back);
    }
    case Immediate::kSlot:
    case Immediate::kZone:
    case Immediate::kCell:
    case Immediate::kNode:
      return put_op(expr.op, expr.index);
    case Immediate::kKinds:
      return put_op(expr.op, kinds(expr.kinds));
    case Immediate::kTruth:
      return put_op(expr.op, fold);
    case Immediate::kNumber:
      return put_op(expr.op, number(expr.number));
    case Immediate::kTime:
      return put_op(expr.op, time(expr.time_ms));
    case Immediate::kDecimal:
      return put_op(expr.op, decimal(expr.decimal));
    case Immediate::kText:
      return put_op(expr.op, tables_.add_text(expr.text));
    case Immediate::kTextFold:
      return put_op(expr.op, text(), fold);
    case Immediate::kFold:
      return put_op(expr.op, 0, fold);
    case Immediate::kSet:
      return put_op(expr.op, set(expr.set, false));
    case Immediate::kSetFold:
      return put_op(expr.op, set(expr.set, expr.truth), fold);
    case Immediate::kScalar:
      return put_op(expr.op, scalar(expr.set[0]));
    case Immediate::kCellWindow:
      return put_op(expr.op, expr.index, window(expr.window));
    case Immediate::kCellNth:
      return put_op(expr.op, expr.index, nth(expr.count, expr.time_ms));
    case Immediate::kSlope:
      return put_op(expr.op, 0, static_cast<uint32_t>(expr.slope + kSlopeBias));
    case Immediate::kZoneSlope:
      return put_op(expr.op, expr.index, static_cast<uint32_t>(expr.slope + kSlopeBias));
    case Immediate::kPeriod:
      return put_op(expr.op, period(expr.period));
    case Immediate::kPath:
      return put_op(expr.op, path(expr.path));
    case Immediate::kOperands:
    case Immediate::kAtLeast:
      return;
  }
}

void CodeWriter::put_operands(const Expr& expr) {
  for (const plan::ExprPtr& operand : expr.operands) put(*operand);
}

/// `and` and `or` of any number are written two by two, so that the stack stays low; `at least` of
/// many as a sum of ones, for the same reason.
void CodeWriter::put_counted(const Expr& expr) {
  using plan::Op;
  static constexpr size_t kTogetherMax = 64;
  if (expr.op != Op::kAtLeast) {
    if (expr.operands.empty()) return put_op(Op::kConstTruth, expr.op == Op::kAnd ? 1 : 0);
    put(*expr.operands[0]);
    for (size_t i = 1; i < expr.operands.size(); ++i) {
      put(*expr.operands[i]);
      put_op(expr.op, 2);
    }
    return;
  }
  if (expr.operands.size() <= kTogetherMax) {
    put_operands(expr);
    return put_op(Op::kAtLeast, static_cast<uint32_t>(expr.operands.size()), expr.count);
  }
  put_op(Op::kConstNumber, number(expr.count));
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    put(*expr.operands[i]);
    put_op(Op::kConstNumber, number(1));
    put_op(Op::kConstNumber, number(0));
    put_op(Op::kSelect);
    if (i != 0) put_op(Op::kAdd);
  }
  put_op(Op::kLessEqual);
}

uint32_t CodeWriter::number(double value) {
  const auto next = static_cast<uint32_t>(tables_.numbers.size());
  const auto [known, added] = known_.emplace(key_of('n', value), next);
  if (added) tables_.numbers.push_back(value);
  return known->second;
}

uint32_t CodeWriter::time(int64_t ms) {
  const auto next = static_cast<uint32_t>(tables_.times.size());
  const auto [known, added] = known_.emplace(key_of('t', ms), next);
  if (added) tables_.times.push_back(ms);
  return known->second;
}

uint32_t CodeWriter::decimal(Decimal value) {
  const auto next = static_cast<uint32_t>(tables_.decimals.size());
  const auto [known, added] = known_.emplace(key_of('d', value), next);
  if (added) tables_.decimals.push_back(value);
  return known->second;
}

uint32_t CodeWriter::window(const plan::Window& window) {
  const auto next = static_cast<uint32_t>(tables_.windows.size());
  const auto [known, added] = known_.emplace(key_of('w', window), next);
  if (added) tables_.windows.push_back(window);
  return known->second;
}

uint32_t CodeWriter::period(const image::PeriodRow& row) {
  const auto next = static_cast<uint32_t>(tables_.periods.size());
  const auto [known, added] = known_.emplace(key_of('p', row), next);
  if (added) tables_.periods.push_back(row);
  return known->second;
}

uint32_t CodeWriter::path(const std::vector<std::string>& path) {
  std::vector<uint32_t> keys;
  std::string key = "y";
  for (const std::string& part : path) {
    keys.push_back(tables_.add_text(part));
    key += std::to_string(keys.back()) + ' ';
  }
  const auto next = static_cast<uint32_t>(tables_.paths.size());
  const auto [known, added] = known_.emplace(std::move(key), next);
  if (added) tables_.paths.push_back(tables_.add_list(keys));
  return known->second;
}

/// Code of its own; those inside it have been added before, so they come first.
uint32_t CodeWriter::item_test(const plan::ExprPtr& expr) {
  const image::Range code = write(expr);
  tables_.item_tests.push_back(code);
  return static_cast<uint32_t>(tables_.item_tests.size() - 1);
}

uint32_t CodeWriter::nth(uint32_t k, int64_t bound_ms) {
  const image::NthRow row{k, 0, bound_ms};
  const auto next = static_cast<uint32_t>(tables_.nths.size());
  const auto [known, added] = known_.emplace(key_of('k', row), next);
  if (added) tables_.nths.push_back(row);
  return known->second;
}

image::MemberRow CodeWriter::member(const Literal& value, bool ignoring_case) {
  switch (value.type) {
    case hir::Type::kTruth:
      return {scalar_of_truth(value.truth)};
    case hir::Type::kNumber:
      return {scalar_of_number(value.number)};
    case hir::Type::kInstant:
      return {scalar_of_instant(value.instant)};
    case hir::Type::kText:
    case hir::Type::kDuration:
    case hir::Type::kList:
    case hir::Type::kRecord:
    case hir::Type::kAny:
      break;
  }
  return tables_.member_of_text(ignoring_case ? fold_case(value.text) : value.text);
}

uint32_t CodeWriter::set(const std::vector<Literal>& values, bool ignoring_case) {
  std::vector<image::MemberRow> members;
  members.reserve(values.size());
  for (const Literal& value : values) members.push_back(member(value, ignoring_case));
  tables_.sets.push_back(tables_.add_members(std::move(members)));
  return static_cast<uint32_t>(tables_.sets.size() - 1);
}

uint32_t CodeWriter::scalar(const Literal& value) {
  const image::MemberRow row = member(value, false);
  const auto next = static_cast<uint32_t>(tables_.members.size());
  const auto [known, added] = known_.emplace(key_of('s', row.scalar), next);
  if (added) tables_.members.push_back(row);
  return known->second;
}

uint32_t CodeWriter::kinds(const std::vector<uint32_t>& kinds) {
  std::string key = "k";
  for (const uint32_t kind : kinds) key += std::to_string(kind) + ' ';
  const auto next = static_cast<uint32_t>(tables_.kind_sets.size());
  const auto [known, added] = known_.emplace(std::move(key), next);
  if (added) tables_.kind_sets.push_back(tables_.add_list(kinds));
  return known->second;
}

}  // namespace segue
