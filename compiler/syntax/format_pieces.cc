#include "compiler/syntax/format_walker.h"

namespace segue {

void FormatWalker::until_bracket() {
  while (tokens_.index() < tokens_.count() && tokens_.next().words != "(") tokens_.one(out_);
}

void FormatWalker::comma() {
  if (tokens_.next().words != ",") return;
  const std::string_view behind = tokens_.token(tokens_.index() + 1).words;
  if (behind == ")" || behind == "]" || behind == "}") return tokens_.drop();
  tokens_.one(out_);
  out_.soft();
}

void FormatWalker::plain_list() {
  bracketed([this] {
    out_.open(0, LineLayout::Style::kFill);
    while (tokens_.next().words != ")") {
      if (tokens_.next().words == ",") {
        comma();
      } else {
        tokens_.one(out_);
      }
    }
    out_.close();
  });
}

void FormatWalker::piece(Span span) {
  out_.open(kIndent);
  out_.soft();
  until(span.end);
  out_.close();
}

void FormatWalker::window(const std::optional<ast::Window>& window) {
  if (window) piece(window->span);
}

void FormatWalker::periods(const std::unique_ptr<ast::Periods>& periods) {
  if (periods) piece(periods->span);
}

}  // namespace segue
