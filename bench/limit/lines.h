// JSON lines to the hand-written program's events.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/limit/event.h"
#include "bench/limit/time_reader.h"

namespace segue::limit {

/// Bytes that must be readable after the lines.
inline constexpr size_t kPadding = 64;

/// Reads lines with simdjson on demand: keys in any order, of one that comes twice the last.
class SimdjsonLines {
 public:
  SimdjsonLines();
  ~SimdjsonLines();

  /// Appends the events of whole lines; returns how many lines were none. The texts of events point
  /// into `lines`.
  uint64_t decode(std::string_view lines, std::vector<Event>& events);

  /// One line, without its line end.
  bool decode_line(std::string_view line, Event& event);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Takes it that a line has the keys of a line before it in the same order with the same spacing,
/// verifies that piece by piece, and gives what is different to simdjson. Of a wanted key that
/// comes twice in the properties it takes the first.
class GuessedLines {
 public:
  GuessedLines();

  uint64_t decode(std::string_view lines, std::vector<Event>& events);
  uint64_t guessed_wrong() const { return wrong_; }

 private:
  enum class Field : uint8_t { kMessage, kUser, kTime, kName, kProperties };
  struct Piece {
    std::string text;  // with 32 zeroes after it
    uint32_t bytes = 0;
    Field field = Field::kProperties;
  };
  struct Layout {
    std::vector<Piece> pieces;
    bool identify = false;
    bool page = false;
  };

  const char* decode_guessed(const Layout& layout, const char* at, Event& event);
  const char* read_properties(Op kind, const char* at, Event& event) const;
  Op op_of_name(const char* name, size_t size) const;
  void learn(std::string_view line, int64_t at_ms);

  SimdjsonLines slow_;
  std::vector<Layout> layouts_;
  struct Name {
    std::string_view text;
    Op op = Op::kOther;
  };
  std::array<Name, 64> names_;
  TimeReader times_;
  uint64_t wrong_ = 0;
};

}  // namespace segue::limit
