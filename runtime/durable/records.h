// The payloads of the log's records: docs/formats/log.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/event_batch.h"
#include "runtime/base/result.h"
#include "runtime/ingest/decode.h"

namespace segue::durable {

/// The lines of a batch's events, and the places of its rejects. `inputs`: the log's numbers of the
/// files that origins name. Every origin has its line.
void put_events(std::string& out, const EventBatch& batch, std::span<const uint32_t> inputs);

/// The batch again; its origins and rejects name the log's numbers, which are below `inputs`.
Result<EventBatch> take_events(std::string_view payload, Decoder& decoder, uint32_t inputs);

/// Of a deploy: which program takes the place of the one before.
struct LoggedDeploy {
  uint64_t record = 0;  // its number in the log
  uint64_t program = 0;
  bool history_starts_now = false;
};
void put_deploy(std::string& out, const LoggedDeploy& deploy);
Result<LoggedDeploy> take_deploy(uint64_t record, std::string_view payload);

}  // namespace segue::durable
