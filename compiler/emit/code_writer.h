#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "compiler/plan/plan.h"
#include "runtime/image/view.h"

namespace segue {

/// Writes expressions as postfix code and their immediates into the image's constant tables, each
/// constant once.
class CodeWriter {
 public:
  explicit CodeWriter(image::Tables& tables) : tables_(tables) {}

  image::Range write(const plan::ExprPtr& expr);  // null: an empty range
  uint32_t scalar(const plan::Literal& value);    // a member

 private:
  void put(const plan::Expr& expr);
  void put_operands(const plan::Expr& expr);
  void put_counted(const plan::Expr& expr);
  void put_op(image::Op op, uint32_t a = 0, uint32_t b = 0) { code_->push_back({op, {}, a, b}); }

  uint32_t number(double value);
  uint32_t time(int64_t ms);
  uint32_t decimal(Decimal value);
  uint32_t window(const plan::Window& window);
  uint32_t nth(uint32_t k, int64_t bound_ms);
  uint32_t set(const std::vector<plan::Literal>& values, bool ignoring_case);
  uint32_t period(const image::PeriodRow& row);
  uint32_t path(const std::vector<std::string>& path);
  uint32_t item_test(const plan::ExprPtr& expr);
  uint32_t kinds(const std::vector<uint32_t>& kinds);
  image::MemberRow member(const plan::Literal& value, bool ignoring_case);

  image::Tables& tables_;
  std::vector<image::OpRow>* code_ =
      nullptr;                             // at work: item tests stand apart from what uses them
  std::map<std::string, uint32_t> known_;  // constants by kind and bytes
};

}  // namespace segue
