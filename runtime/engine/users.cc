#include "runtime/engine/users.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/base/hash.h"

namespace segue {
namespace {

constexpr size_t kLineBytes = 64;
constexpr uint32_t kLargeBytes = 4096;  // of a state
/// What a state with growing cells may grow by where it is, at least: of a large one an eighth, so
/// that most users' states stay in pages that the system makes huge.
constexpr uint32_t growth_bytes(uint32_t fixed_bytes) {
  return fixed_bytes < kLargeBytes ? 16 : fixed_bytes / 8;
}
/// A larger state never stands in a row.
constexpr uint32_t kRoomBytesMax = 32768;
/// Rows are made so many bytes at a time, a power of two of them.
constexpr size_t kRowsBytes = size_t{16} << 20;

constexpr uint32_t whole_lines(uint32_t bytes) {
  return (bytes + kLineBytes - 1) / kLineBytes * kLineBytes;
}

}  // namespace

UserTable::UserTable(const image::Layout& layout, const MemoryBound& bound,
                     std::shared_ptr<Ids> ids)
    : ids_(std::move(ids)) {
  if (bound.bytes != 0) residents_ = std::make_unique<Residents>(bound);
  const bool grows = layout.growing_cells != 0;
  const uint32_t fixed = layout.fixed_bytes + (grows ? growth_bytes(layout.fixed_bytes) : 0);
  const bool in_row = fixed <= kRoomBytesMax && !residents_;
  row_bytes_ = sizeof(Row) + (in_row ? fixed : uint32_t{sizeof(Elsewhere)});
  // Whole lines, where they cost little or may be grown into: one line less an event.
  const uint32_t lines = whole_lines(row_bytes_);
  if (in_row && (grows || lines - row_bytes_ <= row_bytes_ / 8)) row_bytes_ = lines;
  row_bytes_ = (row_bytes_ + 7) / 8 * 8;
  room_bytes_ = in_row ? row_bytes_ - uint32_t{sizeof(Row)} : 0;
  const size_t rows = room_bytes_ < kLargeBytes ? std::bit_floor(HugeBytes::kPageBytes / row_bytes_)
                                                : std::bit_floor(kRowsBytes / row_bytes_);
  chunk_shift_ = static_cast<uint32_t>(std::countr_zero(rows));
  chunk_mask_ = static_cast<uint32_t>(rows - 1);
}

UserTable::~UserTable() {
  if (outside_bytes_ == 0) return;
  for (uint32_t number = 0; number < size_; ++number) {
    if (!chunks_[number >> chunk_shift_]) continue;
    Row& of_user = row(number);
    Blob blob = kept(of_user);
    if (blob.data() != room(of_user)) Blob::release(blob.data(), blob.capacity());
  }
}

UserTable::UserTable(UserTable&& other) noexcept
    : room_bytes_(other.room_bytes_),
      row_bytes_(other.row_bytes_),
      chunk_shift_(other.chunk_shift_),
      chunk_mask_(other.chunk_mask_),
      chunks_(std::move(other.chunks_)),
      places_(std::move(other.places_)),
      ids_(other.ids_),
      size_(std::exchange(other.size_, 0)),
      free_(std::move(other.free_)),
      outside_bytes_(std::exchange(other.outside_bytes_, 0)),
      residents_(std::move(other.residents_)) {}

UserTable& UserTable::operator=(UserTable&& other) noexcept {
  UserTable moved(std::move(other));
  swap(moved);
  return *this;
}

void UserTable::swap(UserTable& other) noexcept {
  std::swap(room_bytes_, other.room_bytes_);
  std::swap(row_bytes_, other.row_bytes_);
  std::swap(chunk_shift_, other.chunk_shift_);
  std::swap(chunk_mask_, other.chunk_mask_);
  std::swap(chunks_, other.chunks_);
  std::swap(places_, other.places_);
  std::swap(ids_, other.ids_);
  std::swap(free_, other.free_);
  std::swap(size_, other.size_);
  std::swap(outside_bytes_, other.outside_bytes_);
  std::swap(residents_, other.residents_);
}

void UserTable::let_go(uint32_t number) {
  Row& of_user = row(number);
  if (mark(of_user) == kCold) residents_->let_go(elsewhere(of_user).capacity);
  const Blob blob = kept(of_user);
  if (!blob.empty() && blob.data() != room(of_user)) {
    outside_bytes_ -= blob.capacity();
    Blob::release(const_cast<std::byte*>(blob.data()), blob.capacity());
  }
  std::memset(room(of_user), 0, sizeof(Elsewhere));
}

void UserTable::drop_before(uint32_t end) {
  for (uint32_t chunk = (end >> chunk_shift_); chunk-- > 0 && chunks_[chunk];) {
    chunks_[chunk].reset();
  }
}

/// Empty, if it is nowhere yet or outside of memory.
Blob UserTable::kept(Row& row) const {
  if (is_home(row)) return at_home(row);
  std::byte* const home = room(row);
  if (mark(row) != kElsewhere) return Blob::kept(home, room_bytes_, nullptr, 0);
  const Elsewhere now = elsewhere(row);
  return Blob::kept(home, room_bytes_, now.data, now.capacity);
}

void UserTable::move_out(uint32_t number, const Blob& blob) {
  if (blob.empty()) return;
  Row& of_user = row(number);
  const uint32_t was = mark(of_user);
  Elsewhere before;
  if (was == kElsewhere) before = elsewhere(of_user);
  if (before.data == blob.data() && before.capacity == blob.capacity()) return;
  const Elsewhere now{kElsewhere, blob.capacity(), const_cast<std::byte*>(blob.data())};
  std::memcpy(room(of_user), &now, sizeof now);
  outside_bytes_ += size_t{now.capacity} - before.capacity;  // modular, if it became smaller
  if (!residents_) return;
  if (was != kElsewhere) residents_->add(number);
  make_room();
}

void UserTable::restore(uint32_t number, std::span<const std::byte> state) {
  std::byte* const home = room(row(number));
  SEGUE_CHECK(mark(row(number)) == 0, "a user is restored once");
  const auto bytes = static_cast<uint32_t>(state.size());
  if (bytes <= room_bytes_) {
    std::memcpy(home, state.data(), bytes);
    return;
  }
  Blob copy = Blob::copy_of(state);
  const Elsewhere elsewhere{kElsewhere, copy.capacity(), copy.let_go()};
  std::memcpy(home, &elsewhere, sizeof elsewhere);
  outside_bytes_ += elsewhere.capacity;
  if (!residents_) return;
  residents_->ask(number);
  residents_->add(number);
  make_room();
}

uint32_t UserTable::find_or_add(const UserHash& hash, std::string_view id) {
  const uint32_t number = find(hash, id);
  return number != kNobody ? number : add_new(hash, id);
}

uint32_t UserTable::find(const UserHash& hash, std::string_view id) const {
  return places_.find(tag_of(hash),
                      [&](uint32_t candidate) { return is_of(row(candidate), hash, id); });
}

uint32_t UserTable::find_from(uint32_t first, const UserHash& hash, std::string_view id) const {
  return places_.find(tag_of(hash), [&](uint32_t candidate) {
    return candidate >= first && is_of(row(candidate), hash, id);
  });
}

uint32_t UserTable::add_known(const UserHash& hash, uint32_t id_place) {
  return add_row(hash, id_place);
}

uint32_t UserTable::add_new(const UserHash& hash, std::string_view id) {
  return add_row(hash, ids_->add(id));
}

uint32_t UserTable::add_row(const UserHash& hash, uint32_t id_place) {
  const uint32_t number = free_number();
  places_.add(tag_of(hash), number);
  Row& made = row(number);
  made = {hash.seeded, 0, id_place};
  std::memset(room(made), 0, sizeof(Elsewhere));
  return number;
}

uint32_t UserTable::free_number() {
  if (!free_.empty()) {
    const uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }
  SEGUE_CHECK(size_ < kNobody - 2, "a shard has fewer than 2^32 users");
  if ((size_ & chunk_mask_) == 0) {
    // The first one not, so that few users take little.
    chunks_.emplace_back((size_t{chunk_mask_} + 1) * row_bytes_, !chunks_.empty());
  }
  return size_++;
}

uint32_t UserTable::remove(uint32_t number) {
  Row& of_user = row(number);
  const uint32_t id_place = of_user.id;
  places_.remove(tag_of(hash_user((*ids_)[id_place])), number);
  if (mark(of_user) == kCold) residents_->forget(number, elsewhere(of_user).capacity);
  Blob blob = kept(of_user);
  if (blob.data() != room(of_user)) {
    outside_bytes_ -= blob.capacity();
    Blob::release(blob.data(), blob.capacity());
  }
  std::memset(&of_user, 0, row_bytes_);
  free_.push_back(number);
  return id_place;
}

size_t UserTable::blob_bytes() const {
  const size_t cold_bytes = residents_ ? residents_->stats.cold_bytes : 0;
  return size_t{size_} * room_bytes_ + outside_bytes_ + cold_bytes;
}

size_t UserTable::bytes() const {
  return size_t{size_} * (row_bytes_ - room_bytes_) + places_.bytes() + ids_->bytes();
}

}  // namespace segue
