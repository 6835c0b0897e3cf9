// Door: lines of events. Which lines are events, and of whom and when, depends neither on what the
// rules read nor on where one read ends and the next begins.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/ingest/memory_source.h"
#include "runtime/ingest/reader.h"

namespace segue {
namespace {

InputSchema nothing_wanted() { return {{}, {{"", {}}, {"", {}}}}; }

InputSchema much_wanted() {
  InputSchema schema;
  schema.slots = {
      {{"plan"}, true},  {{"company", "size"}, true}, {{"company"}, true}, {{"path"}, false},
      {{"name"}, false}, {{"a", "b", "c"}, false},    {{"a", "b"}, false}, {{"tags"}, false}};
  schema.kinds = {{"", {0, 1, 2}}, {"", {3, 7}}, {"E", {5, 6, 7}}, {"Page Viewed", {3, 4}}};
  return schema;
}

struct Outcome {
  std::vector<std::string> events;
  std::vector<std::pair<RejectKind, uint64_t>> rejects;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

void check(const Value& value) {
  SEGUE_CHECK(value.tag <= ValueTag::kRecord, "a value has a tag");
  SEGUE_CHECK(value.items.empty() || value.tag == ValueTag::kList, "only lists have items");
  for (const Value& item : value.items) check(item);
}

Outcome read(const std::string& bytes, const InputSchema& schema, size_t piece_bytes) {
  const ReaderOptions options = {.batch_events = 3, .keep_raw = true};
  const auto source =
      read_events(std::make_unique<MemorySource>(bytes, piece_bytes), 0, schema, options);
  Outcome outcome;
  for (;;) {
    EventBatch batch;
    SEGUE_CHECK(source->next(batch).ok(), "memory does not fail");
    if (batch.empty()) return outcome;
    for (const Event& event : batch.events) {
      outcome.events.push_back(std::to_string(event.at.ms) + " " + std::string(event.user) + " " +
                               std::string(event.name) + " " + std::string(event.tie));
      SEGUE_CHECK(event.slots.size() == schema.kinds[event.kind.index].slots.size(),
                  "an event has the slots of its kind");
      for (const Value& value : event.slots) check(value);
    }
    for (const Reject& reject : batch.rejects) {
      outcome.rejects.emplace_back(reject.kind, reject.line);
    }
  }
}

}  // namespace
}  // namespace segue

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace segue;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = read(bytes, nothing_wanted(), SIZE_MAX);
  const Outcome pieces = read(bytes, much_wanted(), std::max<size_t>(1, size / 5));
  SEGUE_CHECK(whole == pieces, "the outcome depends on the bytes alone");
  return 0;
}
