// UTF-8 text as ANTLR's lexer reads it: one symbol a byte.
#pragma once

#include <string_view>

#include "antlr4-runtime.h"

namespace segue {

/// Every byte beyond ASCII reads as U+007F, which texts and comments allow and nothing else does.
/// So positions are byte offsets, the text is not widened to four times its size, and the lexer
/// stays on its fast path, which knows ASCII only. A byte order mark reads as blanks.
class ByteStream final : public antlr4::CharStream {
 public:
  explicit ByteStream(std::string_view text) : text_(text) {}

  void consume() override { ++at_; }
  size_t LA(ssize_t i) override;
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = index; }
  size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return {}; }
  std::string getText(const antlr4::misc::Interval& interval) override;
  std::string toString() const override { return std::string(text_); }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace segue
