// The printer behind print_ast.h, in two files: declarations and expressions.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/ast.h"

namespace segue {

class AstPrinter {
 public:
  std::string print(const ast::File& file);

 private:
  // print_ast.cc
  void declaration(const ast::Decl& declaration);
  void put(const ast::UseDecl& one);
  void put(const ast::ZoneDecl& one);
  void put(const ast::EventDecl& one);
  void put(const ast::TraitDecl& one);
  void put(const ast::ParamDecl& one);
  void put(const ast::ListDecl& one);
  void put(const ast::SignalDecl& one);
  void put(const ast::FunnelDecl& one);
  void put(const ast::ScoreDecl& one);
  void put(const ast::SegmentDecl& one);
  void put(const ast::TestDecl& one);
  void put(const ast::LaterDecl& one);
  void fields(const std::vector<ast::Field>& fields);
  void type(const ast::Type& type, std::string head);
  void header(const ast::ScoreHeader& header);
  void term(const ast::ScoreTerm& term);
  void clause(const ast::SegmentClause& clause);
  void happening(const ast::Happening& happening);
  void expectation(const ast::Expectation& expectation);
  void value(const ast::Value& value, std::string head);

  // print_expr.cc: the first line of a node is its kind and what fits on a line
  void expr(const ast::Expr& expr);
  void optional(const ast::ExprPtr& expr, std::string_view head);
  void filtered(const ast::Filtered& filtered);
  void window(const std::optional<ast::Window>& window);
  void periods(const std::unique_ptr<ast::Periods>& periods);
  void anchor(const ast::Anchor& anchor, std::string_view head);
  void details(const ast::Unless& one);
  void details(const ast::Or& one);
  void details(const ast::And& one);
  void details(const ast::Not& one);
  void details(const ast::Held& one);
  void details(const ast::Never& one);
  void details(const ast::No& one);
  void details(const ast::Member& one);
  void details(const ast::Quantified& one);
  void details(const ast::Reached& one);
  void details(const ast::Comparison& one);
  void details(const ast::InSet& one);
  void details(const ast::Windowed& one);
  void details(const ast::Is& one);
  void details(const ast::Exists& one);
  void details(const ast::Has& one);
  void details(const ast::TextTest& one);
  void details(const ast::Was& one);
  void details(const ast::OnDays& one);
  void details(const ast::Streak& one);
  void details(const ast::Sequence& one);
  void details(const ast::Arithmetic& one);
  void details(const ast::Negate& one);
  void details(const ast::Group& one);
  void details(const ast::Except& one);
  void details(const ast::Call& one);
  void details(const ast::Ordinal& one);
  void details(const ast::Elapsed& one);
  void details(const ast::AnyItem& one);
  void details(const ast::Sessions& one);
  void details(const ast::Crossing& one);
  void details(const ast::Change& one);
  void details(const ast::Applied& one);
  void details(const ast::NameRef& one);
  void details(const ast::MomentRef& one);
  void details(const ast::Literal& one);

  /// A line at the present indentation; empty words are left out.
  void line(std::initializer_list<std::string_view> words);
  /// Ends the line that expr() began.
  void rest(std::initializer_list<std::string_view> words);

  struct Indent {
    explicit Indent(AstPrinter& printer) : depth(printer.depth_) { ++depth; }
    ~Indent() { --depth; }
    size_t& depth;
  };

  std::string out_;
  size_t depth_ = 0;
};

}  // namespace segue
