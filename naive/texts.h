#pragma once

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "naive/datum.h"

namespace re2 {
class RE2;
}

namespace segue::naive {

/// The ops of texts, and the texts they make.
class Texts {
 public:
  Texts();
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;
  ~Texts();

  Datum apply(const hir::Expr& expr, std::span<const Datum> children);

 private:
  bool matches(const hir::Expr& expr, const Datum& text);
  std::string_view keep(std::string text) { return made_.emplace_back(std::move(text)); }

  std::deque<std::string> made_;
  std::map<const hir::Expr*, std::unique_ptr<re2::RE2>> expressions_;
};

}  // namespace segue::naive
