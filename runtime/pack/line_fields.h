#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/event.h"
#include "runtime/base/schema.h"
#include "runtime/ingest/tokens.h"
#include "runtime/pack/catalog.h"
#include "runtime/pack/raw_event.h"

namespace segue {
class JsonCursor;
}

namespace segue::pack {

/// The schema of a program that reads nothing: what a line is, the decoder still says.
InputSchema bare_schema();

/// Reads all that rules could ask of a line that is known to be an event: its call, and every
/// property or trait. Keys mean what they mean to the decoder: of one that comes twice the last
/// counts, and the name of a page or screen is its property `name`.
class LineFields {
 public:
  explicit LineFields(Catalog& catalog) : catalog_(catalog) {}

  /// Completes `event`, decoded from `line` under `bare_schema`. Its fields live until the next
  /// call, their texts as long as `line` and `arena`.
  void read(std::string_view line, const Event& decoded, Arena& arena, RawEvent& event);

 private:
  struct Places;

  void read_record(JsonCursor& cursor, uint32_t kind, Arena& arena);
  RawField read_value(JsonCursor& cursor, Arena& arena);
  void set(const RawField& field);

  Catalog& catalog_;
  Tokenizer tokenizer_;
  std::vector<RawField> fields_;
  std::vector<uint32_t> places_;  // by column: where it stands in `fields_`, if it does
};

}  // namespace segue::pack
