#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "runtime/ingest/lines.h"
#include "runtime/ingest/memory_source.h"
#include "runtime/ingest/reader.h"
#include "runtime/pack/as_of_events.h"

namespace segue::pack {
namespace {

constexpr size_t kPieceBytes = size_t{4} << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Whole lines of the input.
struct Piece {
  uint64_t number = 0;
  uint64_t first_line = 0;  // lines before it
  std::string text;
};

/// Cuts an input into pieces that end with a line.
class PieceReader {
 public:
  explicit PieceReader(ByteSource& source) : source_(source) {}

  /// An empty text is the end.
  Status next(Piece& piece) {
    piece = {number_, lines_, std::move(rest_)};
    rest_.clear();
    size_t end = std::string::npos;  // behind the last line end
    while (!ended_ && end == std::string::npos) {
      const size_t size = piece.text.size();
      piece.text.resize(size + kPieceBytes);
      size_t filled = size;
      while (filled < piece.text.size() && !ended_) {
        SEGUE_TRY(const size_t got, source_.read(std::span(piece.text).subspan(filled)));
        ended_ = got == 0;
        filled += got;
      }
      piece.text.resize(filled);
      end = piece.text.rfind('\n');
      if (end == std::string::npos) drop_middle(piece.text);
    }
    if (!ended_) {
      rest_ = piece.text.substr(end + 1);
      piece.text.resize(end + 1);
    }
    lines_ += static_cast<uint64_t>(std::count(piece.text.begin(), piece.text.end(), '\n'));
    // A mark belongs to the begin of the whole; elsewhere it is part of a line.
    if (number_++ > 0 && piece.text.starts_with(kByteOrderMark)) {
      piece.text.insert(0, "\n");
      --piece.first_line;
    }
    return {};
  }

 private:
  /// Of a line too long no more is needed than to see that it is.
  static void drop_middle(std::string& text) {
    if (text.size() > 2 * kLineBytesMax) text.resize(kLineBytesMax + 1);
  }

  ByteSource& source_;
  std::string rest_;
  uint64_t number_ = 0;
  uint64_t lines_ = 0;
  bool ended_ = false;
};

/// Pieces on their way from the reading thread to those that decode, and what comes back.
class Crew {
 public:
  Crew(uint32_t file, const InputSchema& schema, std::vector<EventsByUser>& into)
      : file_(file), schema_(schema) {
    for (EventsByUser& events : into) {
      threads_.emplace_back([this, &events] { work(events); });
    }
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() { end(); }

  void give(Piece piece) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() < 2 * threads_.size(); });
    waiting_.push_back(std::move(piece));
    lock.unlock();
    changed_.notify_all();
  }

  /// No more pieces come; returns when all are decoded.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  /// The rejects of the pieces that are decoded, in order of the input.
  std::vector<Reject> take_rejects() {
    const std::lock_guard lock(mutex_);
    std::vector<Reject> rejects;
    for (auto piece = done_.find(taken_); piece != done_.end(); piece = done_.find(++taken_)) {
      std::move(piece->second.begin(), piece->second.end(), std::back_inserter(rejects));
      done_.erase(piece);
    }
    return rejects;
  }

  uint64_t events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  void work(EventsByUser& into) {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !waiting_.empty() || ended_; });
      if (waiting_.empty()) return;
      Piece piece = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      changed_.notify_all();
      decode(std::move(piece), into);
    }
  }

  void decode(Piece piece, EventsByUser& into) {
    const auto source = read_events(std::make_unique<MemorySource>(std::move(piece.text)), file_,
                                    schema_, ReaderOptions{});
    std::vector<Reject> rejects;
    uint64_t events = 0;
    // Bytes at hand cannot fail to be read.
    for (EventBatch batch; source->next(batch).ok() && !batch.empty(); batch = EventBatch()) {
      for (Reject& reject : batch.rejects) {
        reject.line += piece.first_line;
        rejects.push_back(std::move(reject));
      }
      batch.rejects.clear();
      events += batch.events.size();
      into.add(std::move(batch));
    }
    const std::lock_guard lock(mutex_);
    done_.emplace(piece.number, std::move(rejects));
    events_ += events;
  }

  uint32_t file_;
  const InputSchema& schema_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> waiting_;
  std::map<uint64_t, std::vector<Reject>> done_;  // by number of the piece
  uint64_t taken_ = 0;                            // of the next piece whose rejects are taken
  uint64_t events_ = 0;
  bool ended_ = false;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace

Status deal_lines(ByteSource& source, uint32_t file, const InputSchema& schema,
                  std::vector<EventsByUser>& into,
                  const std::function<Status(std::span<const Reject>)>& on_rejects,
                  const std::function<void(uint64_t)>& on_progress) {
  PieceReader reader(source);
  Crew crew(file, schema, into);
  Status read;
  for (Piece piece;;) {
    read = reader.next(piece);
    if (!read.ok() || piece.text.empty()) break;
    crew.give(std::move(piece));
    SEGUE_TRY_STATUS(on_rejects(crew.take_rejects()));
    on_progress(crew.events());
  }
  crew.end();
  SEGUE_TRY_STATUS(on_rejects(crew.take_rejects()));
  return read;
}

}  // namespace segue::pack
