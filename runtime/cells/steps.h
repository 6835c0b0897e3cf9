#pragma once

#include <cstdint>

#include "runtime/base/instant.h"
#include "runtime/cells/attempts.h"
#include "runtime/cells/cell.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/matching.h"

/// What the steps and the absence of a sequence did: an entry an instant with an occurrence of any
/// of them, its time and what that instant allows (`Possible`). Reads match afresh over the entries
/// inside their window, since matches inside a window do not follow from those outside; counts up
/// to now follow links between the entries.
///
/// With k = 1 an entry is a whole `Moment`, one an instant and value of `by`: of any sequence.
namespace segue::cells {

inline constexpr uint32_t kStepsEntryBytes = 8 + sizeof(Possible);

/// The matches inside a window as of one instant: all steps inside, and the end too.
struct StepsAnswer {
  uint32_t count = 0;
  uint32_t days = 0;                // distinct local days of the ends
  int64_t first_ms = kLongAgo.ms;   // the first end, `kLongAgo` if there is none
  int64_t last_ms = kLongAgo.ms;    // the last one
  int64_t deadline_ms = kNever.ms;  // when an entry leaves or enters, or a wait is over
};
StepsAnswer steps_read(const CellView& cell, const image::WindowRow& window, int64_t now_ms);

/// The same count and deadline, found by links where the window ends now and the entries are a run
/// (`links.h`). Cost: of a plain sequence, constant on average beside the matches that wait.
/// `shorten`: the cell may be written.
StepsAnswer steps_count(const CellView& cell, const image::WindowRow& window, int64_t now_ms,
                        bool shorten);

/// Takes in an instant. Once an instant, all its events together.
void steps_push(const CellRef& cell, int64_t now_ms, Possible possible);

/// The same with k = 1; once an instant and value of `by`.
void steps_push(const CellRef& cell, const Moment& moment);

struct Steps {
  static constexpr image::CellKind kKind = image::CellKind::kSteps;
  static uint32_t fixed_bytes(const image::CellRow&) { return sizeof(GrowingPart); }
  static void init(const image::CellRow&, std::byte* state) { store(state, GrowingPart{}); }
};
static_assert(Cell<Steps>);

}  // namespace segue::cells
