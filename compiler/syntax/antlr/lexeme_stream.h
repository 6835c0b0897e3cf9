// Lexemes as ANTLR's parser reads them.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "antlr4-runtime.h"
#include "compiler/syntax/antlr/lexemes.h"

namespace segue {

/// A token that points at its lexeme.
class LexemeToken final : public antlr4::Token {
 public:
  LexemeToken(const Lexemes& lexemes, size_t index, size_t type)
      : lexemes_(lexemes), index_(index), type_(type) {}

  std::string getText() const override { return std::string(lexemes_.spelling(lexeme())); }
  size_t getType() const override { return type_; }
  size_t getLine() const override { return 0; }
  size_t getCharPositionInLine() const override { return 0; }
  size_t getChannel() const override { return DEFAULT_CHANNEL; }
  size_t getTokenIndex() const override { return index_; }
  size_t getStartIndex() const override { return lexeme().begin; }
  size_t getStopIndex() const override { return lexeme().end - 1; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  antlr4::CharStream* getInputStream() const override { return nullptr; }
  std::string toString() const override { return getText(); }

 private:
  const Lexeme& lexeme() const { return lexemes_.tokens[index_]; }

  const Lexemes& lexemes_;
  size_t index_;
  size_t type_;
};

/// Tokens [first, last) of a file and then its end. ANTLR's token objects are made when the parser
/// takes a token, and freed between declarations: lookahead reads the compact array alone.
/// A token's index is its place in Lexemes::tokens.
class LexemeStream final : public antlr4::TokenStream {
 public:
  LexemeStream(const Lexemes& lexemes, size_t first, size_t last);
  ~LexemeStream() override;

  /// Frees the tokens made so far. No tree may use them any more.
  void free_tokens();
  /// True when more than kDeclarationTokensMax were asked for since: the parse was cancelled.
  bool exceeded() const { return exceeded_; }

  void consume() override;
  size_t LA(ssize_t i) override;
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = index; }
  size_t size() override { return last_ + 1; }
  std::string getSourceName() const override { return {}; }
  antlr4::Token* LT(ssize_t k) override;
  antlr4::Token* get(size_t index) const override;
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  // Asked for messages only, which are made elsewhere.
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext*) override { return {}; }
  std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }

 private:
  size_t type(size_t index) const;

  const Lexemes& lexemes_;
  size_t last_;
  size_t at_;
  mutable bool exceeded_ = false;
  mutable size_t base_;  // index of the first element of made_
  mutable std::vector<LexemeToken*> made_;
  mutable std::deque<LexemeToken> owned_;
};

}  // namespace segue
