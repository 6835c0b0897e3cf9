#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/pack/codec.h"
#include "runtime/pack/format.h"
#include "runtime/pack/raw_event.h"

namespace segue::pack {

/// The values of one column in a block: the distinct ones once, and which of them each event of the
/// kind has.
class ColumnBuilder {
 public:
  /// The value of the kind's event number `ordinal`; events between have none. Texts must live.
  void add(uint32_t ordinal, ValueTag tag, std::string_view text);

  /// The chunk, for `count` events of the kind.
  std::string encode(uint32_t count);

 private:
  struct Entry {
    ValueTag tag;
    std::string_view text;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  struct Hash {
    size_t operator()(const Entry& entry) const;
  };

  uint32_t code_of(const Entry& entry);

  std::unordered_map<Entry, uint32_t, Hash> codes_by_entry_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> codes_;
};

/// A chunk before it is compressed.
struct RawChunk {
  uint32_t id = 0;
  std::string bytes;
  double least_saved = kLeastSaved;  // see `compress`
};

/// Takes the events of a block in their final order and makes its chunks. The texts of events must
/// live until `encode`.
class BlockBuilder {
 public:
  void begin_user(std::string_view id);
  void add(const RawEvent& event);
  void mark(BlockFlags flag) { row_.flags |= flag; }

  bool empty() const { return times_.empty(); }
  uint32_t events() const { return static_cast<uint32_t>(times_.size()); }
  uint32_t user_events() const { return users_.empty() ? 0 : users_.back().events; }  // the last's
  size_t bytes() const { return bytes_; }

  /// The chunks in order of their numbers, and the row but for where they are. Empties the builder.
  std::vector<RawChunk> encode(BlockRow& row);

 private:
  struct Kind {
    uint32_t count = 0;
    std::map<uint32_t, ColumnBuilder> columns;
  };
  struct User {
    std::string_view id;
    uint32_t events;
  };
  struct Tie {
    std::string_view text;
    bool is_id;
  };

  std::string encode_users() const;
  std::string encode_ids() const;
  std::string encode_times() const;
  std::string encode_kinds() const;
  std::string encode_ties() const;

  std::vector<User> users_;
  std::vector<int64_t> times_;
  std::vector<uint32_t> event_kinds_;
  std::vector<Tie> ties_;
  std::map<uint32_t, Kind> kinds_;
  size_t bytes_ = 0;
  BlockRow row_ = {};
};

/// Codes below `limit` in as few whole bytes as they need: 0, 1, 2 or 4.
uint32_t code_width(uint64_t limit);
void put_codes(std::string& out, const std::vector<uint32_t>& codes, uint32_t width);

}  // namespace segue::pack
