// Where the lines of each construct may end.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/syntax/ast.h"
#include "compiler/syntax/line_layout.h"
#include "compiler/syntax/token_writer.h"

namespace segue {

/// Walks one declaration and writes its tokens between places for line ends. What a function does
/// not mention is written with single blanks.
class FormatWalker {
 public:
  FormatWalker(std::string_view text, TokenWriter& tokens, LineLayout& out)
      : text_(text), tokens_(tokens), out_(out) {}

  void declaration(const ast::Decl& declaration);

 private:
  // format_declaration.cc
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
  void put(const ast::UseDecl&) {}
  void put(const ast::ZoneDecl&) {}
  void fields(const std::vector<ast::Field>& fields);
  void type(const ast::Type& type);
  void user(const ast::TestUser& user);
  void happening(const ast::Happening& happening, uint32_t time_width, bool first);
  void record(const ast::Record& record);
  void value(const ast::Value& value);
  /// `{ … }` with an item a line; `items` writes them.
  template <class Items>
  void block(Items items);

  // format_expr.cc: `indent` is how far a chain's later lines stand to the right of its first
  void expr(const ast::Expr& expr, uint32_t indent = kIndent);
  void filtered(const ast::Filtered& filtered, uint32_t indent = kIndent);
  void chain(const std::vector<ast::ExprPtr>& operands, uint32_t indent);
  void then_step(const ast::ThenStep& step);
  void put(const ast::Unless& one, uint32_t indent);
  void put(const ast::Or& one, uint32_t indent);
  void put(const ast::And& one, uint32_t indent);
  void put(const ast::Not& one, uint32_t indent);
  void put(const ast::Held& one, uint32_t indent);
  void put(const ast::Never& one, uint32_t indent);
  void put(const ast::No& one, uint32_t indent);
  void put(const ast::Member& one, uint32_t indent);
  void put(const ast::Quantified& one, uint32_t indent);
  void put(const ast::Reached& one, uint32_t indent);
  void put(const ast::Comparison& one, uint32_t indent);
  void put(const ast::InSet& one, uint32_t indent);
  void put(const ast::Windowed& one, uint32_t indent);
  void put(const ast::Is& one, uint32_t indent);
  void put(const ast::Exists& one, uint32_t indent);
  void put(const ast::Has& one, uint32_t indent);
  void put(const ast::TextTest& one, uint32_t indent);
  void put(const ast::Was& one, uint32_t indent);
  void put(const ast::OnDays& one, uint32_t indent);
  void put(const ast::Streak& one, uint32_t indent);
  void put(const ast::Sequence& one, uint32_t indent);
  void put(const ast::Arithmetic& one, uint32_t indent);
  void put(const ast::Negate& one, uint32_t indent);
  void put(const ast::Group& one, uint32_t indent);
  void put(const ast::Except& one, uint32_t indent);
  void put(const ast::Call& one, uint32_t indent);
  void put(const ast::Ordinal& one, uint32_t indent);
  void put(const ast::Elapsed& one, uint32_t indent);
  void put(const ast::AnyItem& one, uint32_t indent);
  void put(const ast::Sessions& one, uint32_t indent);
  void put(const ast::Crossing&, uint32_t) {}
  void put(const ast::Change&, uint32_t) {}
  void put(const ast::Applied&, uint32_t) {}
  void put(const ast::NameRef&, uint32_t) {}
  void put(const ast::MomentRef&, uint32_t) {}
  void put(const ast::Literal&, uint32_t) {}

  // format_pieces.cc
  void until(uint32_t offset) { tokens_.until(out_, offset); }
  /// Up to the next opening bracket.
  void until_bracket();
  /// A bracket, what `inside` writes, its partner; broken, the inside is on lines of its own.
  template <class Inside>
  void bracketed(Inside inside);
  /// `(a, b, c)` of single tokens, filled.
  void plain_list();
  /// The comma behind an item and a place for a line end; a last comma is left out.
  void comma();
  /// At a place for a line end of its own, when there is one.
  void window(const std::optional<ast::Window>& window);
  void periods(const std::unique_ptr<ast::Periods>& periods);
  void piece(Span span);

  static constexpr uint32_t kIndent = 2;

  std::string_view text_;
  TokenWriter& tokens_;
  LineLayout& out_;
};

template <class Inside>
void FormatWalker::bracketed(Inside inside) {
  out_.open(0);
  tokens_.one(out_);
  out_.open(kIndent, LineLayout::Style::kIndent);
  out_.soft(true);
  inside();
  tokens_.closing_comments(out_, true);
  out_.close();
  out_.soft(true);
  tokens_.one(out_);
  out_.close();
}

template <class Items>
void FormatWalker::block(Items items) {
  tokens_.one(out_);
  if (tokens_.next().words == "}" && tokens_.next().comments.empty()) return tokens_.one(out_);
  const size_t begin = tokens_.index();
  out_.open(kIndent, LineLayout::Style::kBroken);
  items();
  tokens_.closing_comments(out_, tokens_.index() == begin);
  out_.close();
  out_.hard();
  tokens_.one(out_);
}

}  // namespace segue
