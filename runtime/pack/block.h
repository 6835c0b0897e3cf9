#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/pack/nested.h"
#include "runtime/pack/pack.h"
#include "runtime/pack/reads.h"

namespace segue::pack {

/// One block at hand: its events in their order, with what the rules read of them. Reused from
/// block to block; all that it gives lives until the next `load`.
class Block {
 public:
  struct User {
    std::string_view id;
    uint32_t events;
  };

  /// Both outlive it.
  Block(const Pack& pack, const Reads& reads);
  ~Block();

  /// Reads and checks the chunks of a block that are needed. False if one is damaged: then nothing
  /// is given.
  bool load(uint32_t number, bool with_ties);

  /// Only `row`, `users` and `times`.
  bool load_times(uint32_t number);

  const BlockRow& row() const { return row_; }
  std::span<const User> users() const { return users_; }
  std::span<const int64_t> times() const { return times_; }
  KindId kind(uint32_t event) const { return hot_[codes_[event]].kind; }

  /// Events of one name and one set of values are of one variant: gives each event the number of
  /// its own, and returns how many there are. Cost: a few operations an event; of kinds that are
  /// read from several columns, a search each.
  uint32_t number_variants(std::vector<uint32_t>& of_events);

  /// An event of a variant, without instant and tie. `slots` live until the next one.
  void read_variant(uint32_t number, Event& event);

  /// Gives the events one after the other. `slots` live until the next event of the same kind, or
  /// of any that is read as one.
  class Walk {
   public:
    explicit Walk(Block& block) : block_(block) {
      for (HotKind& kind : block.hot_) kind.next = 0;
    }
    bool done() const { return at_ == block_.row_.events; }
    uint32_t position() const { return at_; }

    void skip(uint32_t count) {
      for (; count > 0; --count) ++block_.hot_[block_.codes_[at_++]].next;
    }

    [[gnu::always_inline]] void next(Event& event) {
      HotKind& kind = block_.hot_[block_.codes_[at_]];
      const uint32_t ordinal = kind.next++;
      event.at = Instant{block_.times_[at_]};
      event.kind = kind.kind;
      event.name = {kind.name, kind.name_bytes};
      if (kind.values != nullptr) {
        const uint32_t code = kind.codes[ordinal & kind.ordinals];
        event.slots = {kind.values + size_t{code} * kind.slots, kind.slots};
      } else {
        event.slots = block_.kinds_[block_.codes_[at_]].gather(ordinal);
      }
      if (!block_.ties_.empty()) {
        event.tie = block_.ties_[at_].text;
        event.has_message_id = block_.ties_[at_].is_id;
      }
      ++at_;
    }

   private:
    Block& block_;
    uint32_t at_ = 0;
  };

 private:
  struct Column {
    Buffer bytes;
    const Reads::Group* group = nullptr;
    std::vector<uint32_t> codes;  // by ordinal among the events of the kind
    std::vector<Value> values;    // of an entry: one a slot of the group
    std::unique_ptr<NestedValues> nested;

    uint32_t entries() const { return static_cast<uint32_t>(values.size() / group->slots.size()); }
  };
  /// What each event of a kind needs, in a cache line.
  struct alignas(64) HotKind {
    KindId kind;
    uint32_t next = 0;  // ordinal of its next event
    // Of the one column that fills all slots, or of none if there are no slots: kinds come in no
    // order that a processor could guess, so both are read by the same steps.
    const Value* values = nullptr;
    const uint32_t* codes = nullptr;
    uint32_t ordinals = 0;  // mask of what counts of an ordinal
    uint32_t slots = 0;
    uint32_t name_bytes = 0;
    const char* name = nullptr;
  };
  struct Kind {
    const Reads::Kind* reads = nullptr;
    uint32_t events = 0;
    std::vector<Column*> columns;  // that the block has
    std::vector<Value> row;
    // Of variants, once they are numbered.
    uint32_t first = 0;
    uint32_t variants = 0;
    std::vector<uint32_t> numbers;   // by ordinal, of several columns
    std::vector<uint32_t> ordinals;  // by number: of one that is of it

    uint32_t end() const { return first + variants; }
    void number_variants();

    std::span<const Value> gather(uint32_t ordinal) {
      for (const Column* column : columns) take(*column, column->codes[ordinal]);
      return row;
    }
    void take(const Column& column, uint32_t entry) {
      const std::vector<uint32_t>& slots = column.group->slots;
      const Value* from = &column.values[size_t{entry} * slots.size()];
      for (size_t i = 0; i < slots.size(); ++i) row[slots[i]] = from[i];
    }
  };
  struct Tie {
    std::string_view text;
    bool is_id = false;
  };

  bool read(uint32_t id, Buffer& into, std::string_view& bytes);
  bool load_users();
  bool read_counts(std::string_view bytes);
  bool read_times();
  template <class Scale>
  bool sum_times(int64_t base, const Scale& scale);
  bool load_kinds();
  bool load_ties();
  bool load_columns(Kind& kind, HotKind& hot);
  bool load_column(Column& column, std::string_view bytes, uint32_t events);
  bool make_values(Column& column, ValueTag tag, std::string_view text, Value* values);

  const Pack& pack_;
  const Reads& reads_;
  BlockRow row_ = {};
  std::vector<ChunkRow> table_;
  Buffer scratch_;
  Buffer user_bytes_;
  Buffer time_bytes_;
  Buffer kind_bytes_;
  Buffer tie_bytes_;
  Buffer id_bytes_;
  std::vector<User> users_;
  std::vector<uint64_t> counts_;    // of the users' events
  std::vector<uint64_t> id_sizes_;  // of the users
  std::vector<int64_t> times_;
  std::vector<uint32_t> codes_;  // of events: among the block's kinds
  std::vector<Kind> kinds_;
  std::vector<HotKind> hot_;
  std::vector<uint32_t> kind_of_variant_;  // among the block's
  const Value no_value_;
  const uint32_t no_code_ = 0;
  std::vector<Tie> ties_;  // empty if they were not asked for
  EventBatch made_;        // what nested values point to
  std::map<uint32_t, Column> columns_;
};

}  // namespace segue::pack
