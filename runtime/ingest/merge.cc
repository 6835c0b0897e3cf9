#include <algorithm>
#include <queue>
#include <utility>

#include "runtime/ingest/reader.h"

namespace segue {
namespace {

/// One input and how far it has been taken.
struct Input {
  std::unique_ptr<BatchSource> source;
  EventBatch batch;
  size_t at = 0;      // the head among the batch's events
  bool lent = false;  // the batch's bytes have been given to the batch being made
};

/// The head of an input. Greater is later, so that a heap's top is the first.
struct Head {
  Instant at;
  uint32_t input;
  friend bool operator<(const Head& a, const Head& b) {
    return a.at != b.at ? a.at > b.at : a.input > b.input;
  }
};

class MergedEvents : public BatchSource {
 public:
  MergedEvents(std::vector<std::unique_ptr<BatchSource>> sources, size_t batch_events)
      : batch_events_(batch_events) {
    for (auto& source : sources) inputs_.push_back({std::move(source), {}, 0, false});
  }

  Status next(EventBatch& batch) override {
    batch = EventBatch();
    if (!failure_.ok()) return failure_;
    for (Input& input : inputs_) input.lent = false;
    if (!started_) start(batch);
    while (failure_.ok() && !heads_.empty() && batch.events.size() < batch_events_ &&
           batch.rejects.size() < batch_events_) {
      take_run(batch);
    }
    batch.more = !heads_.empty() && failure_.ok() && goes_on();
    return batch.empty() ? failure_ : Status();
  }

 private:
  /// No input that is not at its end may have to be waited for.
  bool goes_on() const {
    return std::all_of(inputs_.begin(), inputs_.end(), [](const Input& input) {
      return input.at >= input.batch.events.size() || input.batch.more;
    });
  }

  void start(EventBatch& batch) {
    started_ = true;
    for (uint32_t i = 0; i < inputs_.size() && failure_.ok(); ++i) load(i, batch);
  }

  /// Takes from the first input until another one's head comes before its own.
  void take_run(EventBatch& batch) {
    const Head head = heads_.top();
    heads_.pop();
    Input& input = inputs_[head.input];
    if (!input.lent) {
      batch.owners.push_back(input.batch.arena);
      batch.owners.insert(batch.owners.end(), input.batch.owners.begin(), input.batch.owners.end());
      input.lent = true;
    }
    const std::vector<Event>& events = input.batch.events;
    const size_t room = batch_events_ - batch.events.size();
    const size_t end = std::min(events.size(), input.at + room);
    size_t at = input.at;
    do {
      ++at;
    } while (at < end && (heads_.empty() || heads_.top() < Head{events[at].at, head.input}));
    const auto take = [&](const auto& from, auto& to) {
      to.insert(to.end(), from.begin() + static_cast<ptrdiff_t>(input.at),
                from.begin() + static_cast<ptrdiff_t>(at));
    };
    take(events, batch.events);
    take(input.batch.origins, batch.origins);
    take(input.batch.user_hashes, batch.user_hashes);
    batch.has_identity_calls = batch.has_identity_calls || input.batch.has_identity_calls;
    input.at = at;
    if (at < events.size()) {
      heads_.push({events[at].at, head.input});
    } else {
      load(head.input, batch);
    }
  }

  /// Reads on until the input has a head, or ends. Its rejects go out with the batch being made.
  void load(uint32_t number, EventBatch& batch) {
    Input& input = inputs_[number];
    do {
      if (Status status = input.source->next(input.batch); !status.ok()) {
        failure_ = std::move(status);
        return;
      }
      std::move(input.batch.rejects.begin(), input.batch.rejects.end(),
                std::back_inserter(batch.rejects));
      if (input.batch.events.empty() && input.batch.rejects.empty()) return;
    } while (input.batch.events.empty());
    input.at = 0;
    input.lent = false;
    heads_.push({input.batch.events[0].at, number});
  }

  std::vector<Input> inputs_;
  std::priority_queue<Head> heads_;
  size_t batch_events_;
  bool started_ = false;
  Status failure_;
};

}  // namespace

std::unique_ptr<BatchSource> merge_events(std::vector<std::unique_ptr<BatchSource>> inputs,
                                          size_t batch_events) {
  return std::make_unique<MergedEvents>(std::move(inputs), batch_events);
}

}  // namespace segue
