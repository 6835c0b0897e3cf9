#include <algorithm>
#include <map>
#include <tuple>

#include "compiler/diagnostics/render.h"
#include "compiler/diagnostics/shown_line.h"

namespace segue {

namespace {

/// One underlined piece of one line, in display columns from 0.
struct Mark {
  uint32_t begin = 0;
  uint32_t end = 1;
  bool primary = false;
  const std::string* text = nullptr;
  size_t order = 0;  // of addition, among marks that begin together
};

struct Palette {
  std::string_view level, mark, frame, bold, reset;
};

Palette palette(TextStyle style, Level level) {
  if (!style.colour) return {};
  const std::string_view red = "\x1b[1;31m", yellow = "\x1b[1;33m";
  return {level == Level::kError ? red : yellow, "\x1b[1;34m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"};
}

class TextRenderer {
 public:
  TextRenderer(const SourceManager& sources, const Diagnostic& found, TextStyle style)
      : sources_(sources), found_(found), colours_(palette(style, found.level)) {}

  std::string render() {
    heading();
    collect();
    places();
    for (const std::string& note : found_.notes) remark("note", note);
    for (const std::string& help : found_.helps) remark("help", help);
    return std::move(out_);
  }

 private:
  using Place = std::pair<SourceId, uint32_t>;  // file and line

  std::string paint(std::string_view colour, std::string_view text) const {
    return std::string(colour).append(text).append(colours_.reset);
  }

  void heading() {
    const std::string level = found_.level == Level::kError ? "error" : "warning";
    out_ += paint(colours_.level, level + "[" + std::string(info(found_.code).name) + "]");
    out_ += paint(colours_.bold, ": " + found_.message) + "\n";
  }

  void add_mark(Span span, bool primary, const std::string& text) {
    const SourceFile& file = sources_.file(span.file);
    const uint32_t line = file.locate(span.begin).line;
    lines_[{span.file, line}].push_back({span, primary, &text});
    width_ = std::max(width_, std::to_string(line).size());
  }

  void collect() {
    add_mark(found_.span, true, found_.text);
    for (const Label& label : found_.secondary) add_mark(label.span, false, label.text);
  }

  /// The primary span's file first, the others behind it.
  void places() {
    place_of(found_.span, "-->");
    for (const auto& [place, labels] : lines_) {
      if (place.first == found_.span.file) show_line(place, labels);
    }
    SourceId shown = found_.span.file;
    for (const auto& [place, labels] : lines_) {
      if (place.first == found_.span.file) continue;
      if (place.first != shown) place_of(labels.front().span, ":::");
      shown = place.first;
      show_line(place, labels);
    }
  }

  void place_of(Span span, std::string_view arrow) {
    const LineColumn at = sources_.locate(span.file, span.begin);
    out_ += std::string(width_ + 1, ' ') + paint(colours_.frame, arrow) + " ";
    out_ += sources_.file(span.file).path() + ":" + std::to_string(at.line) + ":";
    out_ += std::to_string(at.column) + "\n";
    gutter("");
    out_ += "\n";
  }

  void gutter(const std::string& number) {
    out_ += paint(colours_.frame, " " + std::string(width_ - number.size(), ' ') + number + " |");
  }

  struct SpanLabel {
    Span span;
    bool primary;
    const std::string* text;
  };

  void show_line(Place place, const std::vector<SpanLabel>& labels) {
    const SourceFile& file = sources_.file(place.first);
    const uint32_t begin = file.line_begin(place.second);
    uint32_t focus = labels.front().span.begin - begin;
    for (const SpanLabel& label : labels) {
      if (label.primary) focus = label.span.begin - begin;
    }
    const ShownLine shown(file.line_text(place.second), focus);
    std::vector<Mark> marks;
    for (const SpanLabel& label : labels) {
      const uint32_t from = shown.column(label.span.begin - begin);
      const uint32_t to = shown.column(label.span.end - begin);
      marks.push_back({from, std::max(to, from + 1), label.primary, label.text, marks.size()});
    }
    gutter(std::to_string(place.second));
    if (!shown.text().empty()) out_ += " " + shown.text();
    out_ += "\n";
    underline(std::move(marks));
  }

  /// All underlines on one row with the text of the rightmost; the other texts below, from right to
  /// left, each under the begin of its mark.
  void underline(std::vector<Mark> marks) {
    std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) {
      return std::tie(a.begin, a.order) < std::tie(b.begin, b.order);
    });
    uint32_t end = 0;
    for (const Mark& mark : marks) end = std::max(end, mark.end);
    std::string row(end, ' ');
    for (const Mark& mark : marks) {
      for (uint32_t i = mark.begin; i < mark.end; ++i) {
        if (mark.primary || row[i] == ' ') row[i] = mark.primary ? '^' : '-';
      }
    }
    gutter("");
    out_ += " " + paint_row(row);
    const bool inline_text = marks.back().end == end && !marks.back().text->empty();
    if (inline_text) out_ += " " + paint(colour(marks.back()), *marks.back().text);
    out_ += "\n";
    if (inline_text) marks.pop_back();
    std::erase_if(marks, [](const Mark& mark) { return mark.text->empty(); });
    while (!marks.empty()) {
      hang(marks);
      marks.pop_back();
    }
  }

  void hang(const std::vector<Mark>& marks) {
    const Mark& last = marks.back();
    std::string row(last.begin, ' ');
    for (const Mark& mark : marks) {
      if (mark.begin < last.begin) row[mark.begin] = '|';
    }
    gutter("");
    out_ += " " + row + paint(colour(last), *last.text) + "\n";
  }

  std::string_view colour(const Mark& mark) const {
    return mark.primary ? colours_.level : colours_.mark;
  }

  std::string paint_row(const std::string& row) const {
    if (colours_.reset.empty()) return row;
    std::string painted;
    for (size_t i = 0; i < row.size();) {
      const size_t next = std::min(row.find_first_not_of(row[i], i), row.size());
      const std::string piece = row.substr(i, next - i);
      painted +=
          row[i] == ' ' ? piece : paint(row[i] == '^' ? colours_.level : colours_.mark, piece);
      i = next;
    }
    return painted;
  }

  void remark(std::string_view kind, const std::string& words) {
    const std::string indent(width_ + 2, ' ');
    out_ += indent + paint(colours_.frame, "=") + " ";
    out_ += paint(colours_.bold, std::string(kind) + ":") + " ";
    for (const char c : words) {
      out_.push_back(c);
      if (c == '\n') out_ += indent + "        ";
    }
    out_ += "\n";
  }

  const SourceManager& sources_;
  const Diagnostic& found_;
  Palette colours_;
  std::map<Place, std::vector<SpanLabel>> lines_;
  size_t width_ = 1;
  std::string out_;
};

}  // namespace

std::string render_text(const SourceManager& sources, const Diagnostics& diagnostics,
                        TextStyle style) {
  std::string out;
  for (const Diagnostic* found : diagnostics.sorted()) {
    if (!out.empty()) out += "\n";
    out += TextRenderer(sources, *found, style).render();
  }
  if (diagnostics.dropped_count() > 0) {
    out += "\nnote: " + std::to_string(diagnostics.dropped_count()) + " more are not shown\n";
  }
  return out;
}

}  // namespace segue
