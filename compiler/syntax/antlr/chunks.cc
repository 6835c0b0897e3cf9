#include "compiler/syntax/antlr/chunks.h"

#include <algorithm>

#include "grammar/SegLexer.h"

namespace segue {

namespace {

using segue_grammar::SegLexer;

bool is_opening_word(uint16_t type) { return type >= SegLexer::USE && type <= SegLexer::ENTITY; }

bool opens(uint16_t type) {
  return type == SegLexer::LPAR || type == SegLexer::LBRACE || type == SegLexer::LBRACK;
}

bool closes(uint16_t type) {
  return type == SegLexer::RPAR || type == SegLexer::RBRACE || type == SegLexer::RBRACK;
}

uint16_t partner(uint16_t opening) {
  switch (opening) {
    case SegLexer::LPAR:
      return SegLexer::RPAR;
    case SegLexer::LBRACE:
      return SegLexer::RBRACE;
    default:
      return SegLexer::RBRACK;
  }
}

char partner_mark(uint16_t opening) {
  switch (opening) {
    case SegLexer::LPAR:
      return ')';
    case SegLexer::LBRACE:
      return '}';
    default:
      return ']';
  }
}

bool at_margin(const Lexemes& lexemes, size_t token) {
  const uint32_t begin = lexemes.tokens[token].begin;
  return begin == 0 || lexemes.text[begin - 1] == '\n' || lexemes.text[begin - 1] == '\r';
}

}  // namespace

bool opens_declaration(const Lexemes& lexemes, size_t token) {
  if (!is_opening_word(lexemes.tokens[token].type)) return false;
  if (token + 1 >= lexemes.tokens.size() || !lexemes.first_on_line(token)) return false;
  const uint16_t next = lexemes.tokens[token + 1].type;
  if (next == SegLexer::EQ || next == SegLexer::LBRACE) return at_margin(lexemes, token);
  return next == SegLexer::TEXT || next == SegLexer::NAME || next < SegLexer::DATE;
}

Chunks::Chunks(const Lexemes& lexemes, Diagnostics& diagnostics)
    : lexemes_(lexemes), excused_(lexemes.swallowing) {
  const size_t end = lexemes.tokens.size() - 1;
  balanced_ = match(0, end, nullptr);
  if (!balanced_) {
    std::sort(excused_.begin(), excused_.end());
    for (size_t first = 0; first < end;) {
      const size_t last = next(first);
      match(first, last, excused(first, last) ? nullptr : &diagnostics);
      first = last;
    }
  }
  excused_.insert(excused_.end(), unmatched_.begin(), unmatched_.end());
  std::sort(excused_.begin(), excused_.end());
}

bool Chunks::match(size_t first, size_t last, Diagnostics* diagnostics) {
  std::vector<size_t> open;
  bool matched = true;
  const auto report = [&](size_t token) -> Diagnostic* {
    matched = false;
    if (diagnostics == nullptr) return nullptr;
    unmatched_.push_back(lexemes_.tokens[token].begin);
    const std::string mark(lexemes_.written(lexemes_.tokens[token]));
    const bool opening = opens(lexemes_.tokens[token].type);
    return &diagnostics->add(Code::kE0106, lexemes_.span(lexemes_.tokens[token]),
                             "`" + mark + (opening ? "` is never closed" : "` closes nothing"));
  };
  for (size_t i = first; i < last; ++i) {
    const uint16_t type = lexemes_.tokens[i].type;
    if (opens(type)) open.push_back(i);
    if (!closes(type)) continue;
    const auto fits = [&](size_t one) { return partner(lexemes_.tokens[one].type) == type; };
    const auto found = std::find_if(open.rbegin(), open.rend(), fits);
    if (found == open.rend()) {
      if (auto* said = report(i)) said->label("nothing before it is open");
      continue;
    }
    while (!fits(open.back())) {  // opened inside and not closed before this one closes the outer
      const std::string mark(1, partner_mark(lexemes_.tokens[open.back()].type));
      if (auto* said = report(open.back())) {
        said->label("opened here")
            .also(lexemes_.span(lexemes_.tokens[i]), "`" + mark + "` is missing");
      }
      open.pop_back();
    }
    open.pop_back();
  }
  for (const size_t token : open) {
    const std::string mark(1, partner_mark(lexemes_.tokens[token].type));
    Diagnostic* said = report(token);
    if (said == nullptr) continue;
    said->label("`" + mark + "` is missing");
    if (last + 1 < lexemes_.tokens.size()) {
      said->also(lexemes_.span(lexemes_.tokens[last]), "the next declaration begins");
    }
  }
  return matched;
}

size_t Chunks::next(size_t from) const {
  int64_t depth = 0;
  const size_t end = lexemes_.tokens.size() - 1;
  for (size_t i = from; i < end; ++i) {
    const uint16_t type = lexemes_.tokens[i].type;
    if (i > from && is_opening_word(type) && opens_declaration(lexemes_, i)) {
      if (depth <= 0 || (!balanced_ && at_margin(lexemes_, i))) return i;
    }
    depth += opens(type) ? 1 : closes(type) ? -1 : 0;
  }
  return end;
}

bool Chunks::excused(size_t first, size_t last) const {
  const auto found =
      std::lower_bound(excused_.begin(), excused_.end(), lexemes_.tokens[first].begin);
  return found != excused_.end() && *found < lexemes_.tokens[last].begin;
}

}  // namespace segue
