#include "compiler/syntax/format.h"

#include "compiler/syntax/format_walker.h"

namespace segue {

namespace {

/// Declarations of one sort may stand together without an empty line.
enum class Sort : uint8_t { kFrame, kWire, kSignal, kSegment, kOther };

Sort sort_of(const ast::Decl& one) {
  if (one.as<ast::UseDecl>() || one.as<ast::ZoneDecl>()) return Sort::kFrame;
  if (one.as<ast::SignalDecl>() || one.as<ast::FunnelDecl>()) return Sort::kSignal;
  if (one.as<ast::SegmentDecl>()) return Sort::kSegment;
  const bool wire = one.as<ast::EventDecl>() || one.as<ast::TraitDecl>() ||
                    one.as<ast::ParamDecl>() || one.as<ast::ListDecl>();
  return wire ? Sort::kWire : Sort::kOther;
}

void append(std::string& out, std::string_view piece, bool spaced) {
  if (!out.empty()) out += spaced ? "\n\n" : "\n";
  out += piece;
}

class Formatter {
 public:
  Formatter(std::string_view text, const ParsedText& parsed)
      : text_(text), parsed_(parsed), tokens_(text, parsed.tokens) {}

  std::string run() {
    for (const ast::Decl& one : parsed_.file.declarations) declaration(one);
    for (const TokenWriter::Comment& comment : tokens_.take_comments()) {
      append(out_, comment.words, comment.spaced);
    }
    if (!out_.empty()) out_ += "\n";
    return std::move(out_);
  }

 private:
  void declaration(const ast::Decl& one) {
    const bool spaced = tokens_.next().spaced;
    const std::vector<TokenWriter::Comment> above = tokens_.take_comments();
    LineLayout lines;
    FormatWalker(text_, tokens_, lines).declaration(one);
    const std::string body = lines.print(kFormatColumns);

    const bool one_line = body.find('\n') == std::string::npos;
    const bool together =
        last_one_line_ && one_line && one.docs.empty() && last_sort_ == sort_of(one);
    bool apart = !together;
    for (const TokenWriter::Comment& comment : above) {
      append(out_, comment.words, comment.spaced || apart);
      apart = false;
    }
    append(out_, body, spaced || apart);
    last_one_line_ = one_line;
    last_sort_ = sort_of(one);
  }

  std::string_view text_;
  const ParsedText& parsed_;
  TokenWriter tokens_;
  std::string out_;
  bool last_one_line_ = false;
  Sort last_sort_ = Sort::kOther;
};

}  // namespace

std::string format(std::string_view text, const ParsedText& parsed) {
  return Formatter(text, parsed).run();
}

}  // namespace segue
