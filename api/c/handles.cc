#include "api/c/handles.h"

#include <fmt/format.h>

#if SEGUE_CHECK_HANDLES
#include <mutex>
#include <unordered_set>
#endif

#include "segue/version.h"

namespace segue::c {
namespace {

std::string& message_of_thread() {
  static thread_local std::string message;
  return message;
}

#if SEGUE_CHECK_HANDLES
struct LiveHandles {
  std::mutex mutex;
  std::unordered_set<const void*> all;
};

/// Never destroyed: handles may be freed while the process ends.
LiveHandles& live_handles() {
  static auto* const live = new LiveHandles;
  return *live;
}
#endif

}  // namespace

segue_status fail(segue_status status, std::string message) noexcept {
  message_of_thread() = std::move(message);
  return status;
}

segue_status status_of(const Outcome& outcome) noexcept {
  switch (outcome.fault()) {
    case Fault::kNone:
      return SEGUE_OK;
    case Fault::kUnreadable:
      return fail(SEGUE_UNREADABLE, outcome.message());
    case Fault::kCorrupt:
      return fail(SEGUE_CORRUPT, outcome.message());
    case Fault::kUnsupported:
      return fail(SEGUE_UNSUPPORTED, outcome.message());
    case Fault::kTooLarge:
      return fail(SEGUE_TOO_LARGE, outcome.message());
    case Fault::kTooLate:
      return fail(SEGUE_TOO_LATE, outcome.message());
    case Fault::kInvalid:
      return fail(SEGUE_INVALID, outcome.message());
  }
  return fail(SEGUE_INVALID, outcome.message());
}

#if SEGUE_CHECK_HANDLES
void note_live(const void* handle) noexcept {
  LiveHandles& live = live_handles();
  const std::lock_guard lock(live.mutex);
  live.all.insert(handle);
}

void note_freed(const void* handle) noexcept {
  LiveHandles& live = live_handles();
  const std::lock_guard lock(live.mutex);
  live.all.erase(handle);
}

bool is_live(const void* handle) noexcept {
  LiveHandles& live = live_handles();
  const std::lock_guard lock(live.mutex);
  return live.all.count(handle) != 0;
}
#else
void note_live(const void*) noexcept {}
void note_freed(const void*) noexcept {}
bool is_live(const void*) noexcept { return true; }
#endif

segue_status check(const void* handle, const char* what) noexcept {
  if (handle == nullptr) return fail(SEGUE_MISUSE, fmt::format("{} is null", what));
  if (!is_live(handle)) return fail(SEGUE_MISUSE, fmt::format("{} was freed", what));
  return SEGUE_OK;
}

segue_status check_size(size_t size, size_t known, const char* what) noexcept {
  if (size == known) return SEGUE_OK;
  return fail(SEGUE_MISUSE, fmt::format("{} says it has {} bytes: here it has {}; is `size` set?",
                                        what, size, known));
}

segue_status check_instant(int64_t ms) noexcept {
  constexpr int64_t kEndMs = 4'102'444'800'000;  // 2100
  if (ms >= 0 && ms < kEndMs) return SEGUE_OK;
  return fail(SEGUE_INVALID, fmt::format("{} is no instant from 1970 up to 2100", ms));
}

uint32_t cause_of(ChangeCause cause) noexcept {
  switch (cause) {
    case ChangeCause::kEvent:
      return SEGUE_CAUSE_EVENT;
    case ChangeCause::kTime:
      return SEGUE_CAUSE_TIME;
    case ChangeCause::kTrait:
      return SEGUE_CAUSE_TRAIT;
    case ChangeCause::kMerge:
      return SEGUE_CAUSE_MERGE;
    case ChangeCause::kDelete:
      return SEGUE_CAUSE_DELETE;
    case ChangeCause::kDeploy:
      return SEGUE_CAUSE_DEPLOY;
  }
  return SEGUE_CAUSE_TIME;
}

segue_program* handle_of(std::shared_ptr<const CompiledProgram> program) noexcept {
  auto* const handle = new segue_program{std::move(program)};
  note_live(handle);
  return handle;
}

}  // namespace segue::c

extern "C" {

uint32_t segue_abi_version(void) { return SEGUE_ABI_VERSION; }

const char* segue_version(void) { return segue::version().data(); }

int segue_checks_handles(void) { return SEGUE_CHECK_HANDLES; }

const char* segue_message(void) { return segue::c::message_of_thread().c_str(); }

}  // extern "C"
