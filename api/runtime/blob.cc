#include "segue/blob.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "api/runtime/blob_state.h"
#include "api/runtime/outcomes.h"
#include "api/runtime/program_state.h"
#include "api/runtime/time_points.h"
#include "runtime/base/hash.h"

namespace segue {
namespace {

std::string_view chars(const void* bytes, size_t size) {
  // SAFETY: any object may be looked at as chars.
  return {reinterpret_cast<const char*>(bytes), size};
}

uint64_t checksum_of(const SealedHead& head, std::span<const std::byte> bytes) {
  const uint64_t seed = hash64(chars(&head, offsetof(SealedHead, checksum)));
  return hash64(chars(bytes.data(), bytes.size()), seed);
}

Outcome check_head(const SealedHead& head, std::span<const std::byte> bytes) {
  if (std::memcmp(head.magic, SealedHead{}.magic, sizeof head.magic) != 0) {
    return {Fault::kCorrupt, "not a sealed state: it does not begin with `SEGB`"};
  }
  if (head.version != SealedHead{}.version) {
    return {
        Fault::kUnsupported,
        fmt::format("a state sealed in version {}: this build reads {}; open it with the version "
                    "that sealed it, or apply the user's events again",
                    head.version, SealedHead{}.version)};
  }
  if (head.bytes != bytes.size()) {
    return {Fault::kCorrupt,
            fmt::format("a sealed state of {} bytes: its head says {}", bytes.size(), head.bytes)};
  }
  if (head.checksum != checksum_of(head, bytes)) {
    return {Fault::kCorrupt, "the state's checksum does not fit its bytes"};
  }
  return {};
}

}  // namespace

StateBlob::StateBlob() noexcept : state_(std::make_unique<State>()) {}
StateBlob::StateBlob(StateBlob&& other) noexcept : StateBlob() { state_.swap(other.state_); }
StateBlob& StateBlob::operator=(StateBlob&& other) noexcept {
  StateBlob moved(std::move(other));
  state_.swap(moved.state_);
  return *this;
}
StateBlob::~StateBlob() = default;

bool StateBlob::empty() const noexcept { return state_->blob.empty(); }

void StateBlob::seal(std::vector<std::byte>& bytes) const noexcept {
  bytes.clear();
  if (empty()) return;
  const std::span<const std::byte> blob = state_->blob.bytes();
  SealedHead head;
  head.identity = state_->identity;
  head.bytes = blob.size();
  head.checksum = checksum_of(head, blob);
  bytes.resize(sizeof head + blob.size());
  std::memcpy(bytes.data(), &head, sizeof head);
  std::memcpy(bytes.data() + sizeof head, blob.data(), blob.size());
}

Outcome open_blob(const CompiledProgram& program, std::span<const std::byte> bytes,
                  StateBlob& into) noexcept {
  if (bytes.empty()) {
    into = StateBlob();
    return {};
  }
  SealedHead head;
  if (bytes.size() < sizeof head) {
    return {Fault::kCorrupt, fmt::format("a sealed state of {} bytes: too short", bytes.size())};
  }
  std::memcpy(&head, bytes.data(), sizeof head);
  const std::span<const std::byte> rest = bytes.subspan(sizeof head);
  if (Outcome wrong = check_head(head, rest); !wrong.ok()) return wrong;
  if (head.identity != program.identity()) {
    return {Fault::kInvalid, "the state is of another program"};
  }
  if (rest.empty()) return {Fault::kCorrupt, "a sealed state without bytes"};
  StateBlob opened;
  opened.state().blob = Blob::copy_of(rest);
  opened.state().identity = head.identity;
  const Status status = program.state().program->check_state(opened.state().blob.bytes());
  if (!status.ok()) return outcome_of(status);
  into = std::move(opened);
  return {};
}

std::optional<TimePoint> next_deadline(const StateBlob& blob) noexcept {
  const Instant next = next_deadline(blob.state().blob);
  if (next == kNever) return std::nullopt;
  return time_point_of(next);
}

namespace {

bool is_of(const StateBlob& blob, const CompiledProgram& program) {
  return blob.empty() || blob.state().identity == program.identity();
}

}  // namespace

std::optional<bool> membership(const CompiledProgram& program, const StateBlob& blob,
                               uint32_t segment) noexcept {
  if (!is_of(blob, program) || segment >= program.segments().size()) return std::nullopt;
  return member(*program.state().program, blob.state().blob, segment);
}

std::optional<double> score(const CompiledProgram& program, const StateBlob& blob, uint32_t score,
                            std::optional<TimePoint> at) noexcept {
  if (!is_of(blob, program) || score >= program.scores().size()) return std::nullopt;
  const Instant as_of = at ? instant_of(*at) : kLongAgo;
  return score_at(*program.state().program, blob.state().blob, score, as_of);
}

Outcome explain(const CompiledProgram& program, const StateBlob& blob,
                StateSummary& into) noexcept {
  if (!is_of(blob, program)) return {Fault::kInvalid, "the state is of another program"};
  into = {};
  if (blob.empty()) return {};
  const Blob& bytes = blob.state().blob;
  into.known = true;
  into.knows_since = time_point_of(Instant{bytes.header().first_ms});
  into.settled = time_point_of(Instant{bytes.header().last_ms});
  into.next_deadline = next_deadline(blob);
  into.bytes = bytes.bytes().size();
  for (uint32_t i = 0; i < program.segments().size(); ++i) {
    if (member(*program.state().program, bytes, i)) into.segments.push_back(i);
  }
  for (uint32_t i = 0; i < program.scores().size(); ++i) {
    into.scores.push_back(score_at(*program.state().program, bytes, i, instant_of(into.settled)));
  }
  return {};
}

}  // namespace segue
