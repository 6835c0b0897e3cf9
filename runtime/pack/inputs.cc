#include "runtime/pack/inputs.h"

#include <algorithm>
#include <utility>

#include "runtime/engine/watermark.h"
#include "runtime/ingest/decode.h"
#include "runtime/ingest/lines.h"
#include "runtime/pack/block.h"
#include "runtime/pack/line_fields.h"
#include "runtime/pack/pack_source.h"

namespace segue::pack {
namespace {

constexpr uint64_t kProgressEvents = 1024;

/// One input of lines, and the event that it has next.
class LineInput {
 public:
  LineInput(std::unique_ptr<ByteSource> source, uint32_t file, const InputSchema& schema)
      : name_(source->name()), lines_(std::move(source)), decoder_(schema), file_(file) {}

  bool ended() const { return ended_; }
  const Event& event() const { return batch_.events.back(); }
  const Line& line() const { return line_; }
  Arena& arena() { return *batch_.arena; }
  /// A pack has each user's events by itself, and would bring back who was deleted.
  Error no_identity() const {
    return {
        Errc::kUnsupported,
        name_ + ":" + std::to_string(line_.number) +
            ": a packed log holds no alias or delete: leave the log as lines, or take them out"};
  }
  Reject reject(RejectKind kind) const {
    return {kind, file_, line_.number, std::string(line_.text)};
  }

  /// Moves on to the next event.
  Status move(const PackListener& listener) {
    while (lines_.next(line_)) {
      batch_.events.clear();
      batch_.arena->rewind({});
      const auto wrong = line_.too_long ? RejectKind::kLineTooLong
                                        : decoder_.decode(line_.text, batch_,
                                                          line_.is_marked ? &line_.marks : nullptr);
      if (!wrong && is_identity_call(event().kind)) return no_identity();
      if (!wrong) return {};
      SEGUE_TRY_STATUS(listener.on_reject(reject(*wrong)));
    }
    ended_ = true;
    return lines_.status();
  }

 private:
  std::string name_;
  LineReader lines_;
  Decoder decoder_;
  uint32_t file_;
  Line line_;
  EventBatch batch_ = decoder_.make_batch();
  bool ended_ = false;
};

/// Writes lines and packs into one writer.
class Packing {
 public:
  Packing(Duration lateness, Writer& writer, const PackListener& listener)
      : writer_(writer), listener_(listener), watermark_(lateness), fields_(writer.catalog()) {}

  Status add_lines(std::vector<std::unique_ptr<LineInput>> inputs) {
    for (auto& input : inputs) SEGUE_TRY_STATUS(input->move(listener_));
    for (;;) {
      LineInput* first = nullptr;  // few inputs, so they are looked through
      for (auto& input : inputs) {
        if (input->ended()) continue;
        if (first == nullptr || input->event().at < first->event().at) first = input.get();
      }
      if (first == nullptr) return {};
      SEGUE_TRY_STATUS(add_line(*first));
      SEGUE_TRY_STATUS(first->move(listener_));
    }
  }

  Status add_pack(const Pack& pack, uint32_t file);

 private:
  Status add(const RawEvent& event) {
    if (++events_ % kProgressEvents == 0) listener_.on_progress(events_);
    return writer_.add(event);
  }

  Status add_line(LineInput& input) {
    const Event& decoded = input.event();
    if (!watermark_.admit(decoded.at)) return listener_.on_reject(input.reject(RejectKind::kLate));
    RawEvent event;
    event.at = decoded.at;
    event.user = decoded.user;
    event.tie = decoded.tie;
    event.has_message_id = decoded.has_message_id;
    fields_.read(input.line().text, decoded, input.arena(), event);
    return add(event);
  }

  Writer& writer_;
  const PackListener& listener_;
  uint64_t events_ = 0;
  Watermark watermark_;
  LineFields fields_;
};

/// Everything that a pack holds: a slot a column, and each kind by its number in the pack.
Reads all_of(const Catalog& catalog) {
  Reads reads(bare_schema(), catalog);
  for (uint32_t i = 0; i < catalog.kinds().size(); ++i) {
    reads.kinds[i].kind = KindId{i};
    reads.kinds[i].slots = 0;
  }
  for (uint32_t i = 0; i < catalog.columns().size(); ++i) {
    Reads::Kind& kind = reads.kinds[catalog.columns()[i].kind];
    kind.groups.push_back({i, {kind.slots++}, {{}}});
  }
  return reads;
}

Status Packing::add_pack(const Pack& pack, uint32_t file) {
  const Catalog& catalog = pack.catalog();
  std::vector<uint32_t> kinds;
  std::vector<uint32_t> columns;
  for (const Catalog::Kind& kind : catalog.kinds()) {
    kinds.push_back(writer_.catalog().kind_of(kind.call, kind.name));
  }
  for (const Catalog::Column& column : catalog.columns()) {
    columns.push_back(writer_.catalog().column_of(kinds[column.kind], column.key));
  }
  const Reads reads = all_of(catalog);
  Block block(pack, reads);
  std::vector<RawField> fields;
  for (uint32_t i = 0; i < pack.blocks().size(); ++i) {
    if (!block.load(i, true)) {
      SEGUE_TRY_STATUS(listener_.on_reject(
          {RejectKind::kBlockDamaged, file, i + uint64_t{1}, block_text(pack, i)}));
      continue;
    }
    Block::Walk walk(block);
    for (const Block::User& user : block.users()) {
      for (uint32_t n = 0; n < user.events; ++n) {
        Event read;
        walk.next(read);
        const Reads::Kind& kind = reads.kinds[read.kind.index];
        fields.clear();
        for (const Reads::Group& group : kind.groups) {
          const Value& value = read.slots[group.slots[0]];
          if (value.tag == ValueTag::kAbsent) continue;
          fields.push_back({columns[group.column], value.tag, value.text});
        }
        RawEvent event{read.at,
                       kinds[read.kind.index],
                       catalog.kinds()[read.kind.index].call == Call::kIdentify,
                       read.has_message_id,
                       user.id,
                       read.tie,
                       fields};
        SEGUE_TRY_STATUS(add(event));
      }
    }
  }
  return {};
}

}  // namespace

Result<PackInput> open_input(const std::string& path) {
  PackInput input;
  if (is_pack(path)) {
    SEGUE_TRY(input.pack, Pack::open(path));
  } else {
    SEGUE_TRY(input.lines, open_source(path));
  }
  return input;
}

Status pack_inputs(std::vector<PackInput> inputs, Duration lateness, Writer& writer,
                   const PackListener& listener) {
  const InputSchema schema = bare_schema();
  Packing packing(lateness, writer, listener);
  std::vector<std::unique_ptr<LineInput>> lines;
  for (uint32_t file = 0; file < inputs.size(); ++file) {
    if (inputs[file].pack != nullptr) {
      SEGUE_TRY_STATUS(packing.add_pack(*inputs[file].pack, file));
    } else {
      lines.push_back(std::make_unique<LineInput>(std::move(inputs[file].lines), file, schema));
    }
  }
  return packing.add_lines(std::move(lines));
}

}  // namespace segue::pack
