#include "compiler/diagnostics/diagnostics.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace segue {

namespace {

constexpr CodeInfo kCodes[] = {
#define SEGUE_DIAGNOSTIC(code, level, title) {Code::k##code, #code, Level::level, title},
#include "compiler/diagnostics/diagnostics.def"
#undef SEGUE_DIAGNOSTIC
};

bool same(const Diagnostic& a, const Diagnostic& b) {
  return a.code == b.code && a.span == b.span && a.message == b.message;
}

}  // namespace

std::span<const CodeInfo> all_codes() { return kCodes; }

const CodeInfo& info(Code code) { return kCodes[static_cast<size_t>(code)]; }

std::optional<Code> find_code(std::string_view name) {
  for (const CodeInfo& row : kCodes) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

Diagnostic& Diagnostic::label(std::string words) {
  text = std::move(words);
  return *this;
}

Diagnostic& Diagnostic::also(Span where, std::string words) {
  secondary.push_back({where, std::move(words)});
  return *this;
}

Diagnostic& Diagnostic::note(std::string words) {
  notes.push_back(std::move(words));
  return *this;
}

Diagnostic& Diagnostic::help(std::string words) {
  helps.push_back(std::move(words));
  return *this;
}

Diagnostic& Diagnostic::fix(Span where, std::string replacement) {
  fixes.push_back({where, std::move(replacement)});
  return *this;
}

Diagnostic& Diagnostic::suggest(std::span<const std::string> names) {
  return suggest_at(span, names);
}

Diagnostic& Diagnostic::suggest_at(Span where, std::span<const std::string> names) {
  if (names.empty()) return *this;
  std::string words = "did you mean ";
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) words += i + 1 == names.size() ? " or " : ", ";
    words += "`" + names[i] + "`";
  }
  help(words + "?");
  if (names.size() == 1) fix(where, names[0]);
  return *this;
}

Diagnostic& Diagnostics::add(Code code, Span span, std::string message) {
  const Level level = raised_.contains(code) ? Level::kError : info(code).level;
  if (level == Level::kWarning && is_quiet(span.file)) return scratch_ = Diagnostic{};
  size_t& count = level == Level::kError ? errors_ : warnings_;
  const bool keep = count < (level == Level::kError ? kErrorsMax : kWarningsMax);
  ++count;
  if (!keep) ++dropped_;
  Diagnostic& diagnostic = keep ? found_.emplace_back() : (scratch_ = Diagnostic{});
  diagnostic.code = code;
  diagnostic.level = level;
  diagnostic.message = std::move(message);
  diagnostic.span = span;
  return diagnostic;
}

std::vector<const Diagnostic*> Diagnostics::sorted() const {
  std::vector<size_t> places(found_.size());
  std::iota(places.begin(), places.end(), size_t{0});
  std::sort(places.begin(), places.end(), [this](size_t x, size_t y) {
    const Diagnostic &a = found_[x], &b = found_[y];
    return std::tie(a.span.file, a.span.begin, a.code, a.span.end, a.message, x) <
           std::tie(b.span.file, b.span.begin, b.code, b.span.end, b.message, y);
  });
  std::vector<const Diagnostic*> order;
  order.reserve(places.size());
  for (const size_t place : places) {
    if (order.empty() || !same(*order.back(), found_[place])) order.push_back(&found_[place]);
  }
  return order;
}

}  // namespace segue
