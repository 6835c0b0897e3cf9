#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ingest/calls.h"
#include "runtime/ingest/key_table.h"
#include "runtime/ingest/wanted.h"

namespace segue {

/// Bytes behind a short text that may be copied with it.
inline constexpr size_t kTextSlack = 32;

/// How a line is written: bytes that stay the same in lines alike, between values that differ.
/// Brackets, keys, blanks and the texts of `type` and `event` stay the same; other texts and
/// scalars are values. So two lines of one layout have the same keys in the same records, and
/// differ only in what their values are. A text is known by the number of the mark that ends it
/// (marks.h: all marks of such a line are quotes), a scalar by its number among the scalars.
struct Layout {
  static constexpr uint32_t kScalarsMax = 192;
  static constexpr uint32_t kNone = UINT32_MAX;

  /// What stands behind a piece's bytes.
  enum class Follows : uint8_t {
    kText,    // a text, up to its closing quote
    kScalar,  // a number, `true`, `false` or `null`
    kChoice,  // the text of `event`, which the next piece begins with
    kEnd,     // nothing
  };

  struct Piece {
    std::string bytes;
    Follows follows = Follows::kEnd;
  };

  /// A slot gets a value.
  struct Take {
    uint32_t value = 0;
    uint32_t slot = 0;
    bool is_text = false;
  };

  /// A slot gets a list of texts and scalars.
  struct TakeList {
    uint32_t slot = 0;
    uint32_t first_text = 0;     // the first one's number; the next have that plus 2, 4, …
    uint32_t first_scalar = 0;   // plus 1, 2, …
    std::vector<bool> are_text;  // one an item
    size_t before = 0;           // bytes of the list before its first value
    size_t behind = 0;           // and behind its last one
    std::string empty;           // a list without items as it is written
  };

  std::vector<Piece> pieces;
  KindId kind;
  std::string name;  // of an event that no rule mentions, and `kTextSlack` bytes behind it
  size_t name_size = 0;
  uint32_t slots = 0;
  std::vector<uint32_t> missing;  // slots that are `kMissing` unless they take a value
  std::vector<Take> takes;        // by value
  std::vector<TakeList> lists;
  uint32_t user = kNone;  // number of the value, which must be an id
  uint32_t time = kNone;
  uint32_t tie = kNone;  // kNone: the call has none
  bool user_is_text = false;
  bool time_is_text = false;
  bool tie_is_text = false;
  // Values that must be no id, as they were when the layout was learnt: `"userId":null`.
  std::vector<uint32_t> no_ids;
};

/// The layout of a line that is an event of that identity, or none if it cannot be told from bytes
/// and values alone: a key that comes twice where it matters, a record that a slot wants whole, or
/// a list of more than texts and scalars, an id that is empty.
///
/// `line` has neither backslashes nor control characters. `fields` are the fields of a call.
std::optional<Layout> layout_of(std::string_view line, const CallIdentity& identity,
                                const Wanted& wanted, const KeyTable& fields);

}  // namespace segue
