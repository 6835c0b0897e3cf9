#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/fetch.h"
#include "runtime/base/hash.h"
#include "runtime/base/instant.h"
#include "runtime/cells/blob.h"
#include "runtime/engine/huge_pages.h"
#include "runtime/engine/ids.h"
#include "runtime/engine/places.h"
#include "runtime/engine/residents.h"

namespace segue {

/// Head of a user's row, behind which is room for the state.
struct UserRow {
  uint64_t check;
  uint32_t wake;  // when the user is woken, as its lowest 32 bits; 0: never
  uint32_t id;    // its place
};

/// The users of a shard by id, numbered as they come: a place in an open-addressed table, and a row
/// that holds the user's state, or where it has grown to.
///
/// An event touches one line of places, then the lines of the user's row that its rules read, the
/// first of them with all that the lookup needs: rows are next to each other in pages of 2 MiB. The
/// id's own bytes are not looked at: a row has a second hash of it, 64 bits under a seed that is
/// drawn when the process starts, so that with the 32 bits of its place two ids are taken for one
/// in 2^-96 of all pairs (docs/decisions/0013). Ids longer than 240 bytes are compared too.
///
/// Bytes a user: 16 and the state's room, 11 to 16 of places, the id and a byte or two.
///
/// A bounded table keeps so many bytes of states in memory, and puts others out (Residents): its
/// rows have no room for them, 16 bytes say where each is.
class UserTable {
 public:
  static constexpr uint32_t kNobody = UINT32_MAX;

  /// `layout`: of the states.
  /// `ids`: where the ids stand; several tables of one shard share them.
  explicit UserTable(const image::Layout& layout, const MemoryBound& bound = {},
                     std::shared_ptr<Ids> ids = std::make_shared<Ids>());
  ~UserTable();
  UserTable(UserTable&& other) noexcept;
  UserTable& operator=(UserTable&& other) noexcept;
  UserTable(const UserTable&) = delete;
  UserTable& operator=(const UserTable&) = delete;

  /// The number of the user of that id, who is made if new. `hash` is `hash_user(id)`.
  uint32_t find_or_add(const UserHash& hash, std::string_view id);

  /// The same, or `kNobody`.
  uint32_t find(const UserHash& hash, std::string_view id) const;

  /// Numbers are below it; those of removed users have no state.
  uint32_t size() const { return size_; }
  uint32_t living() const { return size_ - static_cast<uint32_t>(free_.size()); }

  /// Whether the number is nobody's now; all that are.
  bool is_free(uint32_t number) const { return row(number).check == 0 && row(number).id == 0; }
  std::span<const uint32_t> free_numbers() const { return free_; }

  /// Adds a user whose id has its place already, and who is in no row.
  uint32_t add_known(const UserHash& hash, uint32_t id_place);

  /// `find` among the users from number `first` on.
  uint32_t find_from(uint32_t first, const UserHash& hash, std::string_view id) const;

  /// The user has no state any more; then frees the pages of users before `end`, none of whom may
  /// have one, and who are not asked for again.
  void let_go(uint32_t number);
  void drop_before(uint32_t end);

  /// Stays where it is until the user is removed. Whoever asks several things of a user finds it
  /// once.
  UserRow& row(uint32_t number) const {
    std::byte* const chunk = chunks_[number >> chunk_shift_].data();
    // SAFETY: `add` made it.
    return *reinterpret_cast<UserRow*>(chunk + size_t{number & chunk_mask_} * row_bytes_);
  }

  /// The state of a user, for reading: a copy, if it lies outside of memory.
  Blob blob(uint32_t number) const {
    Row& of_user = row(number);
    return is_home(of_user) ? at_home(of_user) : read_elsewhere(number);
  }

  /// … for one change of it, after which `put_back` must be told where it is. Brings it back into
  /// memory, where those of the last two that were taken stay.
  Blob take(uint32_t number) { return take(number, row(number)); }
  Blob take(uint32_t number, UserRow& of_user) {
    return is_home(of_user) ? at_home(of_user) : take_elsewhere(number);
  }
  void put_back(uint32_t number, const Blob& blob) { put_back(number, row(number), blob); }
  void put_back(uint32_t number, UserRow& of_user, const Blob& blob) {
    if (blob.data() != room(of_user)) [[unlikely]]
      move_out(number, blob);
  }

  /// Forgets a user; the number goes to the next new one. The id stays until `erase_id` of the
  /// place that is returned.
  uint32_t remove(uint32_t number);
  void erase_id(uint32_t id_place) { ids_->erase(id_place); }

  /// Gives a user without a state this one.
  void restore(uint32_t number, std::span<const std::byte> state);

  /// When the user is woken, as its lowest 32 bits; 0: never.
  uint32_t& wake(uint32_t number) { return row(number).wake; }

  /// The id: by number, or by the name of its place, which a row knows. Lives as long as the table.
  std::string_view id(uint32_t number) const { return (*ids_)[row(number).id]; }
  uint32_t id_place(uint32_t number) const { return row(number).id; }
  const std::shared_ptr<Ids>& ids() const { return ids_; }

  /// `find_or_add` in two steps, so that rows can be fetched between them. The first looks at
  /// places alone, where another id may have the same tag; the second asks the row, `is_of`.
  uint32_t guess_or_add(const UserHash& hash, std::string_view id) {
    const uint32_t number = places_.find(tag_of(hash), [](uint32_t) { return true; });
    return number != kNobody ? number : add_new(hash, id);
  }
  bool is_of(const UserRow& row, const UserHash& hash, std::string_view id) const {
    return row.check == hash.seeded && (id.size() <= kHashedAloneMax || (*ids_)[row.id] == id);
  }

  /// Where in a row the state begins, and whether rows begin with lines of memory.
  static constexpr uint32_t kStateAt = 16;
  bool rows_are_aligned() const { return row_bytes_ % 64 == 0; }

  /// Whether the state has not moved out.
  bool in_row(UserRow& row) const { return mark(row) < kCold; }

  /// Steps of fetching ahead: the place, the lines of the row (a bit each), the state if it is not
  /// in the row. Each reads what the one before it fetched.
  void fetch_place(const UserHash& hash) const { places_.fetch(tag_of(hash)); }
  void fetch_row(uint32_t number, uint32_t lines) const { fetch_row(row(number), lines); }
  static void fetch_row(const UserRow& row, uint32_t lines) { fetch_lines(&row, lines); }
  void fetch_outside(UserRow& row, uint32_t lines) const {
    if (mark(row) != kElsewhere) [[likely]]
      return;
    // Without a row's head, a little earlier.
    fetch_lines(elsewhere(row).data, lines | lines >> 1);
  }

  size_t blob_bytes() const;  // the room that states take, those outside of memory too
  size_t bytes() const;       // all else

  // ---- Of a bounded table ----

  /// Where states go when there are too many; once, before any has to.
  void keep_cold_in(ColdStates& cold);

  /// Null if all states are in memory.
  const Residents* residents() const { return residents_.get(); }

  /// Other users' states take some of the memory, or less of it; no state leaves before one comes.
  /// `lower_bound_to` puts out at once what is too much.
  void set_bound(size_t bytes) { residents_->set_bound(bytes); }
  void lower_bound_to(size_t bytes);
  size_t bytes_in_memory() const { return outside_bytes_; }
  bool is_cold(uint32_t number) const { return mark(row(number)) == kCold; }

  /// The state was not asked for by an event or a deadline, so it leaves before others do.
  void let_leave(uint32_t number) { residents_->let_leave(number); }

  /// After the last state was let go: nothing of the table stays outside. What it has done.
  ResidenceStats end_residence();

  /// What kept a state from being read: then it seems to be none, and no answer is worth anything.
  Status trouble() const { return residents_ ? residents_->trouble() : Status(); }

 private:
  using Row = UserRow;
  static_assert(sizeof(Row) == kStateAt);

  /// In place of a state that has moved out; a state never begins with 0 bytes in use, nor so many.
  struct Elsewhere {
    uint32_t mark = kElsewhere;
    uint32_t capacity = 0;  // kCold: the bytes of the state
    std::byte* data = nullptr;
  };
  static constexpr uint32_t kElsewhere = UINT32_MAX;
  static constexpr uint32_t kCold = UINT32_MAX - 1;  // outside of memory

  static uint32_t tag_of(const UserHash& hash) { return static_cast<uint32_t>(hash.stable >> 32); }

  /// Ids too long for the hash's short forms, whose collisions are less well known, are compared.
  static constexpr size_t kHashedAloneMax = 240;

  static void fetch_lines(const void* begin, uint32_t lines) {
    for (; lines != 0; lines &= lines - 1) {
      const size_t line = static_cast<size_t>(std::countr_zero(lines));
      fetch_line(static_cast<const std::byte*>(begin) + line * 64);
    }
  }
  std::byte* room(Row& row) const { return reinterpret_cast<std::byte*>(&row) + sizeof(Row); }
  uint32_t mark(Row& row) const {
    uint32_t mark = 0;
    std::memcpy(&mark, room(row), sizeof mark);
    return mark;
  }
  Elsewhere elsewhere(Row& row) const {
    Elsewhere elsewhere;
    std::memcpy(&elsewhere, room(row), sizeof elsewhere);
    return elsewhere;
  }
  bool is_home(Row& row) const { return __builtin_expect(mark(row) - 1 < kCold - 1, 1) != 0; }
  Blob at_home(Row& row) const {
    std::byte* const home = room(row);
    return Blob::kept(home, room_bytes_, home, room_bytes_);
  }
  Blob kept(Row& row) const;
  Blob read_elsewhere(uint32_t number) const;
  Blob take_elsewhere(uint32_t number);
  void bring_back(uint32_t number);
  void make_room();
  void move_out(uint32_t number, const Blob& blob);
  uint32_t free_number();
  void swap(UserTable& other) noexcept;
  uint32_t add_row(const UserHash& hash, uint32_t id_place);
  uint32_t add_new(const UserHash& hash, std::string_view id);

  uint32_t room_bytes_;
  uint32_t row_bytes_;
  uint32_t chunk_shift_;
  uint32_t chunk_mask_;
  std::vector<HugeBytes> chunks_;
  Places places_;
  std::shared_ptr<Ids> ids_;
  uint32_t size_ = 0;
  std::vector<uint32_t> free_;  // numbers of removed users
  size_t outside_bytes_ = 0;    // of states that have moved out, in memory
  std::unique_ptr<Residents> residents_;
};

}  // namespace segue
