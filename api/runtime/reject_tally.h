// Lines that did not count, by kind.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/byte_fields.h"
#include "runtime/base/event_batch.h"
#include "segue/events.h"

namespace segue {

class RejectTally {
 public:
  /// `what` says more of it than its line, or nothing.
  void add(RejectKind kind, std::string path, uint64_t line, std::string what = {});
  void add(const Reject& reject, std::string path);

  /// All of it as bytes, and back.
  void save(std::string& out) const;
  [[nodiscard]] bool restore(ByteReader& in);

  /// Most frequent first.
  std::vector<RejectCount> counts() const;

 private:
  static constexpr size_t kPlacesKept = 3;

  struct Row {
    uint64_t count = 0;
    std::vector<InputLine> first;
  };
  std::array<Row, kRejectKinds> rows_;
};

/// Whether `--strict` stops at it: a bad line, not one that is late or of a call not supported yet.
bool is_bad_line(RejectKind kind);

}  // namespace segue
