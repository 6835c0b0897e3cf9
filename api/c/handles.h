// What the handles of the C API are, and how their misuse is found.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "segue/blob.h"
#include "segue/c.h"
#include "segue/durable.h"
#include "segue/engine.h"
#include "segue/program.h"

/// Whether freed handles are known: all live ones are then in a table behind a lock.
#ifndef SEGUE_CHECK_HANDLES
#ifdef NDEBUG
#define SEGUE_CHECK_HANDLES 0
#else
#define SEGUE_CHECK_HANDLES 1
#endif
#endif

struct segue_program {
  std::shared_ptr<const segue::CompiledProgram> program;
};

struct segue_engine {
  std::shared_ptr<const segue::CompiledProgram> program;
  std::atomic<size_t> segments{0}, scores{0};  // of it, for the calls that any thread may make
  bool has_lookups = false;
  std::unique_ptr<segue::DurableSink> sink;  // outlives the engine
  bool waits_for_sink = false;               // each call does, before it returns
  segue::MembershipEngine engine;
  mutable std::atomic<bool> busy{false};

  void set_program(std::shared_ptr<const segue::CompiledProgram> next) {
    segments = next->segments().size();
    scores = next->scores().size();
    program = std::move(next);
  }
};

struct segue_state {
  std::shared_ptr<const segue::CompiledProgram> program;
  segue::StateBlob blob;
  std::vector<std::byte> sealed;
  std::vector<segue::StateChange> changes;
  mutable std::atomic<bool> busy{false};
};

namespace segue::c {

/// Keeps the message for `segue_message` and gives the status back.
segue_status fail(segue_status status, std::string message) noexcept;
segue_status status_of(const Outcome& outcome) noexcept;

/// In a build with checks: the table of live handles. Else nothing, and every handle is live.
void note_live(const void* handle) noexcept;
void note_freed(const void* handle) noexcept;
bool is_live(const void* handle) noexcept;

/// Ok, or misuse: a null handle, one that was freed.
segue_status check(const void* handle, const char* what) noexcept;

/// Ok, or misuse: a structure of another size than any version of it had.
segue_status check_size(size_t size, size_t known, const char* what) noexcept;

/// Ok, or invalid: no instant of event time.
segue_status check_instant(int64_t ms) noexcept;

uint32_t cause_of(ChangeCause cause) noexcept;

/// The thread calls back its caller for an engine that is not held meanwhile: for its sink, or with
/// a member.
class Telling {
 public:
  explicit Telling(const void* engine) : before_(engine_) { engine_ = engine; }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;
  ~Telling() { engine_ = before_; }

  static bool is_of(const void* engine) { return engine_ == engine; }

 private:
  static inline thread_local const void* engine_ = nullptr;
  const void* before_;
};

/// Holds a handle for the length of a call; what overlaps finds it held.
class Hold {
 public:
  explicit Hold(std::atomic<bool>& busy) : busy_(busy), held_(!busy.exchange(true)) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    if (held_) busy_.store(false);
  }
  bool held() const { return held_; }

 private:
  std::atomic<bool>& busy_;
  bool held_;
};

inline segue_text text_of(std::string_view text) { return {text.data(), text.size()}; }

/// Makes a handle of a program that somebody compiled or opened.
segue_program* handle_of(std::shared_ptr<const CompiledProgram> program) noexcept;

}  // namespace segue::c

/// Returns from a call that a status ends.
#define SEGUE_C_TRY(expression)                                                       \
  if (const segue_status segue_c_status_ = (expression); segue_c_status_ != SEGUE_OK) \
  return segue_c_status_

/// The call has `handle` to itself from here on, or is misuse.
#define SEGUE_C_HOLD(handle)                                                             \
  if (segue::c::Telling::is_of(handle))                                                  \
    return segue::c::fail(SEGUE_MISUSE, "the engine is called out of its own callback"); \
  const segue::c::Hold segue_c_hold_((handle)->busy);                                    \
  if (!segue_c_hold_.held())                                                             \
  return segue::c::fail(SEGUE_MISUSE, "another call of this handle is at work")
