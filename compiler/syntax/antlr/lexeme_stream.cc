#include "compiler/syntax/antlr/lexeme_stream.h"

#include "compiler/syntax/limits.h"

namespace segue {

LexemeStream::LexemeStream(const Lexemes& lexemes, size_t first, size_t last)
    : lexemes_(lexemes), last_(last), at_(first), base_(first) {}

LexemeStream::~LexemeStream() = default;

void LexemeStream::free_tokens() {
  made_.clear();
  owned_.clear();
  base_ = at_;
  exceeded_ = false;
}

void LexemeStream::consume() {
  if (at_ < last_) ++at_;
}

size_t LexemeStream::type(size_t index) const {
  return index < last_ ? lexemes_.tokens[index].type : antlr4::Token::EOF;
}

size_t LexemeStream::LA(ssize_t i) {
  const size_t index = at_ + static_cast<size_t>(i > 0 ? i - 1 : i);
  return type(index);
}

antlr4::Token* LexemeStream::LT(ssize_t k) {
  if (k < 0 && at_ == 0) return nullptr;
  return get(at_ + static_cast<size_t>(k > 0 ? k - 1 : k));
}

antlr4::Token* LexemeStream::get(size_t index) const {
  if (index > last_) index = last_;
  if (index < base_) {  // the token before the first rule: asked once a declaration
    return &owned_.emplace_back(lexemes_, index, type(index));
  }
  const size_t place = index - base_;
  if (place >= kDeclarationTokensMax) {
    exceeded_ = true;
    throw antlr4::ParseCancellationException();
  }
  if (made_.size() <= place) made_.resize(place + 1, nullptr);
  if (made_[place] == nullptr) made_[place] = &owned_.emplace_back(lexemes_, index, type(index));
  return made_[place];
}

}  // namespace segue
