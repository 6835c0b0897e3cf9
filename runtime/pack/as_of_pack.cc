#include "runtime/pack/as_of_pack.h"

#include <algorithm>
#include <atomic>

#include "runtime/base/arena.h"
#include "runtime/cells/capped.h"
#include "runtime/engine/workers.h"
#include "runtime/pack/block.h"
#include "runtime/pack/pack_source.h"

namespace segue::pack {
namespace {

/// Blocks [first, end) that share a user from one to the next.
struct Chain {
  uint32_t first;
  uint32_t end;
};

std::vector<Chain> chains_of(const Pack& pack) {
  std::vector<Chain> chains;
  for (uint32_t i = 0; i < pack.blocks().size(); ++i) {
    if (i == 0 || (pack.blocks()[i].flags & kContinues) == 0) chains.push_back({i, i});
    chains.back().end = i + 1;
  }
  return chains;
}

/// Variants of the block at hand.
class BlockVariants : public interp::Variants {
 public:
  explicit BlockVariants(Block& block) : block_(block) {}
  const Event& variant(uint32_t number) override {
    block_.read_variant(number, event_);
    return event_;
  }

 private:
  Block& block_;
  Event event_;
};

/// One thread's way through the blocks that it takes.
class ChainReader {
 public:
  ChainReader(const Program& program, const Pack& pack, const Reads& reads,
              const AsOfRequest& request, AnswerPart& part)
      : pack_(pack),
        block_(pack, reads),
        as_of_(program),
        user_(as_of_, part, request),
        variants_(block_) {}

  void read(Chain chain) {
    bool in_columns = as_of_.takes_columns();
    for (uint32_t i = chain.first; i < chain.end; ++i) {
      const bool conflicts = (pack_.blocks()[i].flags & kConflicts) != 0;
      in_columns = in_columns && !conflicts;
      if (!block_.load(i, conflicts || as_of_.settles())) {
        damaged.push_back(i);
        continue;
      }
      stats.events += block_.row().events;
      stats.newest = std::max(stats.newest, Instant{block_.row().max_ms});
      const bool is_last = i + 1 == chain.end;
      if (in_columns) {
        prepare_columns();
        take_block(is_last, [&](uint32_t at, uint32_t count) { take_columns(at, count); });
      } else {
        Block::Walk walk(block_);
        take_block(is_last,
                   [&](uint32_t /*at*/, uint32_t count) { take_events(walk, count, !conflicts); });
      }
    }
    end_user();
  }

  AsOfStats stats;
  std::vector<uint32_t> damaged;

 private:
  /// Calls `take_user` with where the events of each user begin and how many there are. `is_last`:
  /// no user goes on in another block.
  template <class TakeUser>
  void take_block(bool is_last, const TakeUser& take_user) {
    const bool continues = (block_.row().flags & kContinues) != 0;
    uint32_t at = 0;
    for (const Block::User& user : block_.users()) {
      const bool same = open_ && continues && at == 0 && user.id == current_;
      if (!same) {
        end_user();
        current_ = user.id;
        if (!is_last && &user == &block_.users().back()) {
          kept_.assign(user.id);
          current_ = kept_;
        }
        user_.begin(current_);
        alone_.user = current_;
        open_ = true;
        ++stats.users;
      }
      take_user(at, user.events);
      at += user.events;
    }
  }

  void end_user() {
    if (open_) user_.end();
    open_ = false;
  }

  /// How many of these events, at least one, are not after the instant asked for next.
  uint32_t count_asked(std::span<const int64_t> times) const {
    if (times.back() <= user_.asked().ms) return static_cast<uint32_t>(times.size());
    const auto until = std::upper_bound(times.begin(), times.end(), user_.asked().ms);
    return static_cast<uint32_t>(until - times.begin());
  }

  void prepare_columns() {
    as_of_.begin_variants();
    classes_.resize(block_.number_variants(of_events_));
    for (uint32_t i = 0; i < classes_.size(); ++i) {
      classes_[i] = as_of_.class_of(variants_.variant(i));
    }
  }

  void take_columns(uint32_t at, uint32_t count) {
    const std::span<const int64_t> times = block_.times();
    for (const uint32_t end = at + count; at < end;) {
      if (!user_.move_to(Instant{times[at]})) return;
      const uint32_t events = count_asked(times.subspan(at, end - at));
      as_of_.take({times.subspan(at, events), std::span(of_events_).subspan(at, events), classes_},
                  user_.asked(), variants_);
      at += events;
    }
  }

  void take_events(Block::Walk& walk, uint32_t count, bool in_order) {
    const std::span<const int64_t> times = block_.times();
    const uint32_t end = walk.position() + count;
    while (walk.position() < end) {
      const uint32_t at = walk.position();
      if (!user_.move_to(Instant{times[at]})) {
        walk.skip(end - at);
        return;
      }
      const uint32_t events = count_asked(times.subspan(at, end - at));
      needed_.resize(events);
      as_of_.needed().mark(
          times.subspan(at, events),
          [&](size_t i) { return block_.kind(at + static_cast<uint32_t>(i)); }, user_.asked().ms,
          needed_.data());
      take_needed(walk, events, in_order);
    }
  }

  /// The next events up to an instant asked for, of which it is known which are needed.
  void take_needed(Block::Walk& walk, uint32_t count, bool in_order) {
    const std::span<const int64_t> times = block_.times().subspan(walk.position(), count);
    for (uint32_t at = 0; at < count;) {
      uint32_t next = at + 1;
      if (as_of_.known() && needed_[at] == 0) {
        while (next < count && needed_[next] == 0) ++next;
        walk.skip(next - at);
        at = next;
        continue;
      }
      while (next < count && times[next] == times[at]) ++next;
      if (next == at + 1) {
        walk.next(alone_);
        as_of_.take({&alone_, 1}, in_order);
      } else {
        take_instant(walk, next - at, in_order);
      }
      at = next;
    }
  }

  void take_instant(Block::Walk& walk, uint32_t count, bool in_order) {
    instant_.clear();
    slots_.rewind({});
    for (uint32_t i = 0; i < count; ++i) {
      Event& event = instant_.emplace_back();
      event.user = current_;
      walk.next(event);
      const std::span<Value> copy = slots_.make<Value>(event.slots.size());
      std::copy(event.slots.begin(), event.slots.end(), copy.begin());
      event.slots = copy;
    }
    as_of_.take(instant_, in_order);
  }

  const Pack& pack_;
  Block block_;
  AsOf as_of_;
  UserAnswers user_;
  std::string_view current_;  // the user's id: in the block, or in `kept_`
  std::string kept_;          // the id of a user that may go on in the next block
  bool open_ = false;         // whose events may go on
  Event alone_;               // of `current_`
  std::vector<Event> instant_;
  Arena slots_;
  std::vector<uint8_t> needed_;  // of the user's events up to the next answer
  // If events come in columns:
  BlockVariants variants_;
  std::vector<uint32_t> of_events_;  // the variant of each
  std::vector<uint32_t> classes_;    // of variants
};

/// As of the instants asked for; of none if no event can be read.
AsOfResult answer_at(const Program& program, const Pack& pack, const AsOfRequest& request,
                     uint32_t file, std::vector<Reject>& rejects) {
  const Reads reads(program.schema(), pack.catalog());
  const std::vector<Chain> chains = chains_of(pack);
  AsOfResult result;
  std::vector<std::unique_ptr<ChainReader>> readers;
  result.parts.reserve(request.threads);  // readers refer to them
  for (unsigned i = 0; i < request.threads; ++i) {
    result.parts.emplace_back(program, request);
    readers.push_back(
        std::make_unique<ChainReader>(program, pack, reads, request, result.parts.back()));
  }
  std::atomic<size_t> next{0};
  Workers workers(request.threads);
  workers.run([&](uint32_t part) {
    cells::take_capped();  // what others did on this thread is not ours
    for (size_t i = next++; i < chains.size(); i = next++) readers[part]->read(chains[i]);
    readers[part]->stats.capped = cells::take_capped();
  });
  std::vector<uint32_t> damaged;
  for (const auto& reader : readers) {
    result.stats.add(reader->stats);
    damaged.insert(damaged.end(), reader->damaged.begin(), reader->damaged.end());
  }
  std::sort(damaged.begin(), damaged.end());
  for (const uint32_t block : damaged) {
    rejects.push_back(
        {RejectKind::kBlockDamaged, file, block + uint64_t{1}, block_text(pack, block)});
  }
  result.answers = AnswerPart::join(result.parts, request, workers);
  return result;
}

}  // namespace

AsOfResult answer_pack(const Program& program, const Pack& pack, AsOfRequest request, uint32_t file,
                       std::vector<Reject>& rejects) {
  if (!request.at.empty() || pack.blocks().empty()) {
    return answer_at(program, pack, request, file, rejects);
  }
  Instant newest = kLongAgo;
  for (const BlockRow& row : pack.blocks()) newest = std::max(newest, Instant{row.max_ms});
  request.at = {newest};
  const size_t rejects_before = rejects.size();
  AsOfResult result = answer_at(program, pack, request, file, rejects);
  if (result.stats.newest == newest) return result;
  // The newest event was in a damaged block: now it is another, or there is none.
  rejects.resize(rejects_before);
  request.at.clear();
  if (result.stats.newest != kLongAgo) request.at = {result.stats.newest};
  return answer_at(program, pack, request, file, rejects);
}

}  // namespace segue::pack
