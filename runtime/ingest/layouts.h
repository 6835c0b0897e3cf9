#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ingest/layout.h"
#include "runtime/ingest/marks.h"

namespace segue {

/// Known layouts as a tree of their pieces, walked by the bytes of a line: a line is of a layout
/// if, and only if, the walk ends at that layout's end. Every byte is compared, checked as a scalar
/// by JSON's grammar, or lies in a text, which ends at the next mark: were that no quote, the piece
/// behind the text would not fit.
///
/// Cost: a comparison of 48 bytes and a mark's position for each value of the line. They do not
/// wait for each other: which mark ends a text is known from the pieces before it, and pieces that
/// follow each other mostly lie so.
class Layouts {
 public:
  /// Where a value stands: a text without its quotes.
  struct Span {
    const char* begin = nullptr;
    const char* end = nullptr;
    size_t size() const { return static_cast<size_t>(end - begin); }
  };
  using Scalars = std::array<Span, Layout::kScalarsMax + 1>;

  /// The layout of `line`, or null if it has none of them. `marks` are all of the line's, or more.
  /// The line can be read for `kLinePadding` bytes more.
  const Layout* find(std::string_view line, const Marks& marks, Scalars& scalars) {
    return find_(*this, line, marks, scalars);
  }

  /// Ways to compare, those that this machine can run, the quickest first. All find the same.
  using Find = const Layout* (*)(Layouts&, std::string_view, const Marks&, Scalars&);
  static std::span<const Find> finds();
  explicit Layouts(Find find = finds()[0]) : find_(find) {}

  /// Forgets all others if there are too many. May be refused.
  void add(Layout layout);

 private:
  static constexpr size_t kNodesMax = 16'384;  // a megabyte
  static constexpr size_t kSiblingsMax = 16;   // else keys that are values would be tried in turn
  static constexpr size_t kShort = 48;
  static constexpr uint32_t kNone = (uint32_t{1} << 24) - 1;

  /// A piece behind the same earlier ones. One cache line.
  struct alignas(64) Node {
    std::array<char, kShort> bytes = {};  // the first ones of the piece
    uint64_t shown = 0;                   // of `bytes` a bit each for those that are the piece's
    uint32_t child : 24 = kNone;          // the first one; of kEnd the layout, of kChoice the names
    uint32_t follows : 7 = 0;             // a Layout::Follows
    uint32_t is_usual : 1 =
        0;              // all of it is in `bytes`, a text follows, the child is the next node
    uint16_t size = 0;  // of the piece
    uint16_t mark = 0;  // number of the first mark behind the piece
  };
  static_assert(sizeof(Node) == 64);

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

  struct AnyVectors;
  struct WideVectors;
  template <class Vectors>
  struct Walk;

  static const Layout* find_any(Layouts&, std::string_view, const Marks&, Scalars&);
  static const Layout* find_wide(Layouts&, std::string_view, const Marks&, Scalars&);
  bool rest_fits(const Node& node, const char* at, const char* end) const;
  bool is_choice(uint32_t node) const;
  Names& names_of(uint32_t node);
  uint32_t first_child(uint32_t node, const Layout::Piece& next);
  void set_first_child(uint32_t node, const Layout::Piece& next, uint32_t child);
  uint32_t child(uint32_t node, const Layout::Piece& piece);
  bool is(uint32_t node, const Layout::Piece& piece) const;

  Find find_;
  std::vector<Node> nodes_ = std::vector<Node>(1);  // [0] is before the first byte
  std::vector<uint32_t> siblings_ = {
      kNone};                             // of each node, to be tried if it does not fit: no longer
  std::vector<uint32_t> rests_at_ = {0};  // of each node, where in `rests_`:
  std::string rests_;                     // bytes of pieces behind their first ones
  std::vector<Names> names_;
  std::deque<Layout> layouts_;
};

}  // namespace segue
