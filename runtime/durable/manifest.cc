#include "runtime/durable/manifest.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"

namespace segue::durable {
namespace {

/// The second says no more than the first, but that changes wait in the store: a version that does
/// not know of them would lose them. The third says that by a byte, and what files end in.
constexpr uint32_t kVersion = 1;
constexpr uint32_t kVersionWithChanges = 2;
constexpr uint32_t kVersionWithFiles = 3;
constexpr const char* kWhatToDo =
    "go on with the version that wrote it, or begin another folder from the events";

Error damaged(std::string_view what) {
  return {Errc::kCorrupt, fmt::format("the checkpoint is damaged: {}", what)};
}

bool take_string(ByteReader& in, std::string& text) {
  std::string_view bytes;
  if (!in.take_text(bytes)) return false;
  text.assign(bytes);
  return true;
}

bool take_lines(ByteReader& in, std::vector<uint64_t>& lines) {
  uint32_t count = 0;
  if (!in.take(count) || count > in.left() / sizeof(uint64_t)) return false;
  lines.resize(count);
  for (uint64_t& line : lines) {
    if (!in.take(line)) return false;
  }
  return std::is_sorted(lines.begin(), lines.end());
}

bool take_inputs(ByteReader& in, std::vector<InputState>& inputs) {
  uint32_t count = 0;
  if (!in.take(count) || count > in.left()) return false;
  inputs.resize(count);
  for (InputState& input : inputs) {
    if (!take_string(in, input.name) || !in.take(input.taken.lines) ||
        !in.take(input.taken.line_hash) || !in.take(input.taken.reject_lines) ||
        !take_lines(in, input.taken.future_lines)) {
      return false;
    }
  }
  return true;
}

uint32_t version_of(const Manifest& manifest) {
  if (!manifest.sink_mark.empty() || !manifest.rejects.empty()) return kVersionWithFiles;
  return manifest.holds_changes ? kVersionWithChanges : kVersion;
}

void put_files(std::string& out, const Manifest& manifest) {
  put(out, static_cast<uint8_t>(manifest.holds_changes));
  put_text(out, manifest.sink_mark);
  put_text(out, manifest.rejects);
  put(out, manifest.rejects_position);
  put_text(out, manifest.rejects_mark);
}

bool take_files(ByteReader& in, Manifest& manifest) {
  uint8_t holds_changes = 0;
  if (!in.take(holds_changes) || holds_changes > 1) return false;
  manifest.holds_changes = holds_changes != 0;
  return take_string(in, manifest.sink_mark) && take_string(in, manifest.rejects) &&
         in.take(manifest.rejects_position) && take_string(in, manifest.rejects_mark);
}

}  // namespace

std::string pack_manifest(const Manifest& manifest) {
  std::string out;
  put(out, manifest.program);
  put_text(out, manifest.settings);
  put_text(out, manifest.sink);
  put(out, manifest.next_record);
  put(out, manifest.sink_position);
  put(out, manifest.written_ms);
  put(out, manifest.advanced_ms);
  put(out, static_cast<uint32_t>(manifest.inputs.size()));
  for (const InputState& input : manifest.inputs) {
    put_text(out, input.name);
    put(out, input.taken.lines);
    put(out, input.taken.line_hash);
    put(out, input.taken.reject_lines);
    put(out, static_cast<uint32_t>(input.taken.future_lines.size()));
    for (const uint64_t line : input.taken.future_lines) put(out, line);
  }
  put_text(out, manifest.counts);
  put_text(out, manifest.engine);
  const uint32_t version = version_of(manifest);
  if (version == kVersionWithFiles) put_files(out, manifest);
  std::string head;
  put(head, version);
  put(head, hash64(out));
  return head + out;
}

Result<Manifest> open_manifest(std::string_view bytes) {
  ByteReader in(bytes);
  uint32_t version = 0;
  uint64_t checksum = 0;
  if (!in.take(version) || !in.take(checksum)) return damaged("its manifest is too short");
  if (version < kVersion || version > kVersionWithFiles) {
    return Error{Errc::kUnsupported,
                 fmt::format("a checkpoint of version {}: this build reads {} to {}; {}", version,
                             kVersion, kVersionWithFiles, kWhatToDo)};
  }
  if (hash64(bytes.substr(bytes.size() - in.left())) != checksum) {
    return damaged("its manifest does not fit its checksum");
  }
  Manifest manifest;
  manifest.holds_changes = version == kVersionWithChanges;
  const bool whole = in.take(manifest.program) && take_string(in, manifest.settings) &&
                     take_string(in, manifest.sink) && in.take(manifest.next_record) &&
                     in.take(manifest.sink_position) && in.take(manifest.written_ms) &&
                     in.take(manifest.advanced_ms) && take_inputs(in, manifest.inputs) &&
                     take_string(in, manifest.counts) && take_string(in, manifest.engine) &&
                     (version != kVersionWithFiles || take_files(in, manifest));
  if (!whole || !in.done() || manifest.inputs.empty()) return damaged("its manifest ends early");
  return manifest;
}

uint64_t seal_of(std::string_view key, std::string_view value) {
  return hash64(value, hash64(key.substr(1)));
}

Result<std::string_view> open_user(std::string_view id, std::string_view value) {
  ByteReader in(value);
  uint64_t checksum = 0;
  const bool whole = in.take(checksum);
  const std::string_view state = value.substr(whole ? sizeof checksum : 0);
  if (!whole || hash64(state, hash64(id)) != checksum) {
    return damaged(fmt::format("the state of `{}` does not fit its checksum", id));
  }
  return state;
}

Result<uint32_t> folder_number(Store& store) {
  SEGUE_TRY(const auto bytes, store.get(kFolderKey));
  if (!bytes) return 0U;
  ByteReader in(*bytes);
  uint32_t number = 0;
  if (!in.take(number) || !in.done() || number == 0) return damaged("the number of its folder");
  return number;
}

uint32_t draw_folder_number() {
  uint32_t number = 0;
  if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number) number = 0;
  return std::max(number, 1U);
}

}  // namespace segue::durable
