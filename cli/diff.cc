#include "cli/diff.h"

#include <fmt/format.h>
#include <algorithm>
#include <vector>

#include "cli/terminal.h"

namespace segue::cli {
namespace {

using Lines = std::vector<std::string_view>;  // with their line ends

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// One line of an edit: of both texts (` `), of the first (`-`) or of the second (`+`).
struct Edit {
  char mark;
  std::string_view line;
};

constexpr int kChangesMax = 1000;

/// Myers, "An O(ND) Difference Algorithm and Its Variations", 1986: the furthest point on each
/// diagonal, one change after the other, kept for the way back. Empty if it takes more than
/// kChangesMax changes.
std::vector<std::vector<int>> furthest_points(const Lines& a, const Lines& b) {
  const int n = static_cast<int>(a.size());
  const int m = static_cast<int>(b.size());
  std::vector<std::vector<int>> trace;
  std::vector<int> reach(2 * kChangesMax + 3, 0);
  const int middle = kChangesMax + 1;
  for (int changes = 0; changes <= kChangesMax; ++changes) {
    for (int k = -changes; k <= changes; k += 2) {
      const bool down =
          k == -changes || (k != changes && reach[middle + k - 1] < reach[middle + k + 1]);
      int x = down ? reach[middle + k + 1] : reach[middle + k - 1] + 1;
      while (x < n && x - k < m && x - k >= 0 && a[x] == b[x - k]) ++x;
      reach[middle + k] = x;
      if (x >= n && x - k >= m) {
        trace.push_back(reach);
        return trace;
      }
    }
    trace.push_back(reach);
  }
  return {};
}

std::vector<Edit> shortest_edit(const Lines& a, const Lines& b) {
  std::vector<Edit> edits;
  const auto trace = furthest_points(a, b);
  if (trace.empty()) {
    for (const std::string_view line : a) edits.push_back({'-', line});
    for (const std::string_view line : b) edits.push_back({'+', line});
    return edits;
  }
  const int middle = kChangesMax + 1;
  int x = static_cast<int>(a.size());
  int y = static_cast<int>(b.size());
  for (int changes = static_cast<int>(trace.size()) - 1; changes > 0; --changes) {
    const std::vector<int>& reach = trace[changes - 1];
    const int k = x - y;
    const bool down =
        k == -changes || (k != changes && reach[middle + k - 1] < reach[middle + k + 1]);
    const int from_k = down ? k + 1 : k - 1;
    const int from_x = reach[middle + from_k];
    const int from_y = from_x - from_k;
    while (x > from_x + (down ? 0 : 1) && y > from_y + (down ? 1 : 0)) {
      edits.push_back({' ', a[--x]});
      --y;
    }
    if (down) {
      edits.push_back({'+', b[--y]});
    } else {
      edits.push_back({'-', a[--x]});
    }
  }
  while (x > 0) edits.push_back({' ', a[--x]});
  std::reverse(edits.begin(), edits.end());
  return edits;
}

constexpr size_t kContext = 3;

/// [begin, end) of the edits that one hunk shows, from the change at or after `from`.
std::pair<size_t, size_t> next_hunk(const std::vector<Edit>& edits, size_t from) {
  size_t begin = from;
  while (begin < edits.size() && edits[begin].mark == ' ') ++begin;
  if (begin == edits.size()) return {begin, begin};
  size_t last = begin;
  for (size_t i = begin; i < edits.size() && i <= last + 2 * kContext; ++i) {
    if (edits[i].mark != ' ') last = i;
  }
  return {std::max(from, begin > kContext ? begin - kContext : 0),
          std::min(edits.size(), last + 1 + kContext)};
}

/// Lines [first, end) as a hunk's head names them: of none, the line before.
std::string range(size_t first, size_t end) {
  return fmt::format("{},{}", first == end ? first - 1 : first, end - first);
}

std::string line_text(const Edit& edit, bool color) {
  const bool ended = edit.line.back() == '\n';
  const std::string line(1, edit.mark);
  const std::string text = line + std::string(edit.line.substr(0, edit.line.size() - ended));
  const char* paint = edit.mark == '-' ? "31" : "32";
  return painted(color && edit.mark != ' ', paint, text) + "\n" +
         (ended ? "" : "\\ No newline at end of file\n");
}

}  // namespace

std::string unified_diff(const std::string& name, std::string_view before, std::string_view after,
                         bool color) {
  if (before == after) return {};
  const std::vector<Edit> edits = shortest_edit(split(before), split(after));
  std::string out = painted(color, "1", "--- " + name) + "\n" +
                    painted(color, "1", "+++ " + name + " (formatted)") + "\n";
  size_t done = 0;
  size_t a_line = 1;
  size_t b_line = 1;
  const auto pass = [&](size_t until) {
    for (; done < until; ++done) {
      a_line += edits[done].mark != '+';
      b_line += edits[done].mark != '-';
    }
  };
  while (true) {
    const auto [begin, end] = next_hunk(edits, done);
    if (begin == end) return out;
    pass(begin);
    const size_t a_first = a_line;
    const size_t b_first = b_line;
    std::string body;
    for (size_t i = begin; i < end; ++i) body += line_text(edits[i], color);
    pass(end);
    const std::string head =
        fmt::format("@@ -{} +{} @@", range(a_first, a_line), range(b_first, b_line));
    out += painted(color, "36", head) + "\n" + body;
  }
}

}  // namespace segue::cli
