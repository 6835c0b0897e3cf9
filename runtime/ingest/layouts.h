#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ingest/layout.h"
#include "runtime/ingest/quotes.h"

namespace segue {

/// Known layouts as a tree of their pieces, walked by the bytes of a line: a line is of a layout
/// if, and only if, the walk ends at that layout's end. Every byte is compared, checked as a scalar
/// by JSON's grammar, or lies in a text, which has no quote by the map and no backslash or control
/// character by what was looked at before.
///
/// Cost: a comparison of 32 bytes and a quote's position for each value of the line. They do not
/// wait for each other: which quote ends a text is known from the pieces before it, and pieces that
/// follow each other mostly lie so.
class Layouts {
 public:
  /// Where a value stands: a text without its quotes.
  struct Span {
    const char* begin = nullptr;
    const char* end = nullptr;
    size_t size() const { return static_cast<size_t>(end - begin); }
  };
  using Values = std::array<Span, Layout::kValuesMax + 1>;

  /// The layout of `line`, or null if it has none of them. `quotes` has looked at the line, which
  /// can be read for `kLinePadding` bytes more.
  const Layout* find(std::string_view line, const QuoteMap& quotes, Values& values) const;

  /// Forgets all others if there are too many. May be refused.
  void add(Layout layout);

 private:
  static constexpr size_t kNodesMax = 16'384;  // a megabyte
  static constexpr size_t kSiblingsMax = 16;   // else keys that are values would be tried in turn
  static constexpr size_t kShort = 32;
  static constexpr uint32_t kNone = UINT32_MAX;

  /// A piece behind the same earlier ones. One cache line.
  struct alignas(64) Node {
    std::array<char, kShort> bytes = {};  // the first ones of the piece
    uint32_t size = 0;                    // of the piece
    uint32_t quote = 0;                   // number of the first one behind the piece
    uint32_t rest = 0;                    // position of further bytes in `rests_`
    uint32_t sibling = kNone;             // to be tried if this one does not fit: no longer
    uint32_t child = kNone;               // the first one; of kEnd the layout, of kChoice the names
    uint32_t ignored = ~uint32_t{0};  // of the first bytes a bit each for those behind the piece
    Layout::Follows follows = Layout::Follows::kEnd;
    bool is_usual =
        false;  // all of it is in `bytes`, a text follows, and the child is the next node
  };

  /// Which child may fit, by the text that it begins with.
  struct Names {
    struct Entry {
      uint64_t hash = 0;
      uint32_t child = kNone;
    };
    std::vector<Entry> entries = std::vector<Entry>(8);  // a power of two, at most half full
    size_t used = 0;

    uint32_t& at(uint64_t hash);
    const Entry& find(uint64_t hash) const;
    void grow();
  };

  uint32_t& first_child(uint32_t node, const Layout::Piece& next);
  uint32_t child(uint32_t node, const Layout::Piece& piece);
  bool is(const Node& node, const Layout::Piece& piece) const;
  bool fits(const Node& node, const char* at, const char* end) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);  // [0] is before the first byte
  std::vector<Names> names_;
  std::string rests_;
  std::deque<Layout> layouts_;
};

}  // namespace segue
