// What a checkpoint holds beside users: one value in the store, written with them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/durable/store.h"
#include "runtime/ingest/reader.h"

namespace segue::durable {

inline constexpr std::string_view kManifestKey = "m";
inline constexpr std::string_view kErasesKey = "e";  // there: users were deleted, files have them
inline constexpr std::string_view kFolderKey = "f";  // its number, which its log has too
inline constexpr char kUserKey = 'u';                // then the user's id

struct InputState {
  std::string name;
  InputTaken taken;
};

struct Manifest {
  uint64_t program = 0;  // identity
  std::string settings;
  std::string sink;
  uint64_t next_record = 1;  // the first one that the checkpoint does not hold
  uint64_t sink_position = 0;
  std::string sink_mark;  // of what stands before it; the sink's
  std::string rejects;    // where lines go that are left out: a path, or empty
  uint64_t rejects_position = 0;
  std::string rejects_mark;
  bool holds_changes = false;  // that wait for the sink, see `Outbox`; a reader must know of them
  int64_t written_ms = 0;      // by the machine's clock
  int64_t advanced_ms = 0;     // how far the clock was moved on
  std::vector<InputState> inputs;
  std::string counts;  // the host's
  std::string engine;  // see `Engine::save`
};

/// Bytes with a version and a checksum, and back.
std::string pack_manifest(const Manifest& manifest);
Result<Manifest> open_manifest(std::string_view bytes);

/// In front of a value in the store: a checksum over what its key has behind the first byte, and
/// the value. `open_user` takes it off a user's state; `kCorrupt` names the user.
uint64_t seal_of(std::string_view key, std::string_view value);
Result<std::string_view> open_user(std::string_view id, std::string_view value);

/// See `LogPart`: of a store; 0 if it has none yet. Drawn anew, never 0.
Result<uint32_t> folder_number(Store& store);
uint32_t draw_folder_number();

}  // namespace segue::durable
