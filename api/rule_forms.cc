#include "api/rule_forms.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "compiler/syntax/ast.h"

namespace segue {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Takes what `belongs` off the front of `text`.
template <class Belongs>
std::string_view take(std::string_view& text, const Belongs& belongs) {
  size_t size = 0;
  while (size < text.size() && belongs(text[size])) ++size;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

/// `N`, `D` or `T` for the digits at the front of `text`.
char take_constant(std::string_view& text) {
  const std::string_view taken = take(text, [](char c) { return is_word(c) || c == '.'; });
  const bool date = taken.size() == 4 && text.size() > 1 && text[0] == '-' && is_digit(text[1]);
  if (date) {
    take(text, [](char c) { return is_word(c) || c == '-' || c == ':' || c == '.' || c == '+'; });
    return 'T';
  }
  if (!text.empty() && text[0] == '%') text.remove_prefix(1);
  return std::any_of(taken.begin(), taken.end(),
                     [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; })
             ? 'D'
             : 'N';
}

void take_text(std::string_view& text) {
  text.remove_prefix(1);
  while (!text.empty() && text[0] != '"') {
    text.remove_prefix(std::min<size_t>(text[0] == '\\' ? 2 : 1, text.size()));
  }
  text.remove_prefix(std::min<size_t>(1, text.size()));
}

/// The condition alone: from behind `=`, or from the first clause on.
std::string without_head(std::string form) {
  if (form.starts_with("\"…\" ")) form.erase(0, std::string_view("\"…\" ").size());
  if (form.starts_with("= ")) return form.substr(2);
  const size_t when = form.find(" when ");
  if (when == std::string::npos) return form;
  form.erase(0, when + 1);
  if (form.ends_with(" }")) form.resize(form.size() - 2);
  return form;
}

}  // namespace

std::string form_of(std::string_view text) {
  std::string form;
  while (!text.empty()) {
    const char c = text[0];
    if (is_blank(c)) {
      take(text, is_blank);
      if (!form.empty() && form.back() != ' ') form += ' ';
    } else if (c == '#') {
      take(text, [](char other) { return other != '\n'; });
    } else if (c == '"') {
      take_text(text);
      form += "\"…\"";
    } else if (is_digit(c)) {
      form += take_constant(text);
    } else if (is_word(c)) {
      form += take(text, is_word);
    } else {
      form += c;
      text.remove_prefix(1);
    }
  }
  while (!form.empty() && form.back() == ' ') form.pop_back();
  return without_head(std::move(form));
}

std::vector<std::string> rule_forms(const Compilation::State& state) {
  // By file and where it begins: what a declaration spans.
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> ends;
  for (const ast::File& file : state.loaded.files) {
    for (const ast::Decl& decl : file.declarations) {
      ends[{decl.span.file.value, decl.span.begin}] = decl.span.end;
    }
  }
  std::vector<std::string> forms;
  const auto add = [&](const Span& name) {
    std::string& form = forms.emplace_back();
    const auto next = ends.upper_bound({name.file.value, name.begin});
    if (next == ends.begin()) return;
    const std::string_view text = state.found->sources.file(name.file).text();
    form = form_of(text.substr(name.end, std::prev(next)->second - name.end));
  };
  for (const hir::Segment& segment : state.rules.segments) add(segment.span);
  for (const hir::Score& score : state.rules.scores) add(score.span);
  return forms;
}

}  // namespace segue
