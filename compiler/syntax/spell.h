// Leaves of the AST back to rule text.
#pragma once

#include <string>

#include "compiler/syntax/ast_literals.h"

namespace segue {

/// With quotes and the fewest escapes.
std::string quote(std::string_view text);

std::string spell(const ast::Name& name);
std::string spell(const ast::Path& path);
std::string spell(const ast::Text& text);
std::string spell(const ast::Param& param);
std::string spell(const ast::Number& number);
std::string spell(const ast::Truth& truth);
std::string spell(const ast::Date& date);
std::string spell(const ast::Instant& instant);
std::string spell(const ast::Duration& duration);
std::string spell(const ast::Moment& moment);
std::string spell(const ast::Range& range);
std::string spell(const ast::Scalars& scalars);
std::string spell(const ast::Unit& unit);

template <class... T>
std::string spell(const std::variant<T...>& one) {
  return std::visit([](const auto& value) { return spell(value); }, one);
}

}  // namespace segue
