// Text with places where lines may end, laid out in a width (Oppen 1980, "Prettyprinting"; Wadler
// 1998, "A prettier printer").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

/// Write front to back, then print. A group is printed on one line when it fits, with what follows
/// it up to the next place for a line end; else it is broken: each of its own soft places becomes a
/// line end. Comments and hard line ends break every group they stand in.
class LineLayout {
 public:
  enum class Style : uint8_t {
    kConsistent,  ///< when broken, every soft place
    kFill,        ///< when broken, those soft places whose next piece does not fit
    kBroken,      ///< always broken
    kIndent,      ///< as the group around it, only further to the right
  };

  /// The text must outlive print().
  void text(std::string_view words);
  void blank();
  /// A blank (nothing when `glued`), or a line end when the group is broken, with an empty line
  /// then when `spaced`.
  void soft(bool glued = false, bool spaced = false);
  /// With an empty line when `spaced`.
  void hard(bool spaced = false);
  /// Only when its group is on one line.
  void flat_text(std::string_view words);
  /// Blanks up to `width` columns behind the begin of the last text.
  void pad(uint32_t width);
  /// Behind what was written last, on its line; a line end follows.
  void trailing_comment(std::string_view words);
  /// On a line of its own, after an empty one when `spaced`.
  void own_comment(std::string_view words, bool spaced);
  void open(uint32_t indent, Style style = Style::kConsistent);
  void close();

  std::string print(uint32_t width_max) const;

 private:
  friend class LineLayoutPrinter;

  struct Op {
    enum class Kind : uint8_t {
      kText,
      kBlank,
      kSoft,
      kHard,
      kFlatText,
      kPad,
      kTrailing,
      kOwn,
      kOpen,
      kClose,
    };
    Kind kind;
    Style style = Style::kConsistent;
    bool spaced = false;
    uint32_t width = 0;  // of a text; of a pad; indent of a group
    std::string_view text;
  };

  std::vector<Op> ops_;
};

}  // namespace segue
