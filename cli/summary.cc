#include "cli/summary.h"

#include <fmt/format.h>

#include "cli/progress.h"
#include "cli/state_text.h"

namespace segue::cli {
namespace {

/// `lines 3, 17, 18 of a.jsonl, 2 of b.jsonl, …`
std::string places(const RejectCount& reject) {
  std::string text = reject.first.size() > 1 ? "lines" : "line";
  const std::string* path = nullptr;
  for (const InputLine& place : reject.first) {
    if (path == nullptr) {
      text += fmt::format(" {}", place.line);
    } else if (*path == place.path) {
      text += fmt::format(", {}", place.line);
    } else {
      text += fmt::format(" of {}, {}", *path, place.line);
    }
    path = &place.path;
  }
  if (path != nullptr) text += fmt::format(" of {}", *path == "-" ? "standard input" : *path);
  return reject.count > reject.first.size() ? text + ", …" : text;
}

/// `a.segl: block 3 at byte 812, 40 events of 7 users; …`
std::string block_places(const RejectCount& reject) {
  std::string text;
  for (const InputLine& place : reject.first) {
    if (!text.empty()) text += "; ";
    text += place.path + ": " + place.block;
  }
  return reject.count > reject.first.size() ? text + "; …" : text;
}

std::string half_lines_text(const std::vector<InputLine>& lines) {
  std::string out;
  for (const InputLine& half : lines) {
    out += fmt::format(
        "warning: line {} of {}, its last, is not whole: it is read when the rest is there\n",
        half.line, half.path);
  }
  return out;
}

std::string memory_text(const MemoryStats& memory, uint64_t users) {
  const uint64_t asked = memory.hits + memory.misses;
  const double share =
      asked > 0 ? 100 * static_cast<double>(memory.misses) / static_cast<double>(asked) : 0;
  std::string out = fmt::format(
      "memory: {} of {} ({:.1f}%) came back from disk, {} put out; {} of {} there now\n",
      count_text(memory.misses), counted(asked, "state"), share, count_text(memory.evicted),
      count_text(memory.cold_users), counted(users, "user"));
  if (!memory.failure.empty()) {
    out += fmt::format("warning: states stayed in memory beyond --memory: {}\n", memory.failure);
  }
  return out;
}

}  // namespace

std::string summary_text(const RunStats& stats, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(stats.events) / seconds : 0;
  const std::string changes = stats.as_of ? "" : counted(stats.changes, "change") + ", ";
  std::string out = fmt::format("{} of {}, {}in {:.2f} s ({})", counted(stats.events, "event"),
                                counted(stats.users, "user"), changes, seconds, rate_text(rate));
  if (stats.state_bytes > 0 && stats.users > 0) {
    out += fmt::format(", {} bytes a user", count_text(stats.state_bytes / stats.users));
  }
  out += "\n";
  if (stats.memory) out += memory_text(*stats.memory, stats.users);
  if (stats.duplicates > 0) {
    out += fmt::format("{} dropped\n", counted(stats.duplicates, "duplicate"));
  }
  if (stats.merged > 0)
    out += fmt::format("{} joined into others\n", counted(stats.merged, "user"));
  if (stats.deleted > 0) out += fmt::format("{} deleted\n", counted(stats.deleted, "user"));
  if (stats.capped > 0) {
    out += fmt::format("warning: {} given up at a cap, so that state stays bounded\n",
                       counted(stats.capped, "occurrence"));
  }
  return out + half_lines_text(stats.half_lines) + rejects_text(stats.rejects);
}

std::string idle_text(const RunStats& stats, bool has_written) {
  std::string out = "all input was read before: nothing is new, ";
  out += has_written ? "and changes that were still to be written are\n" : "nothing was changed\n";
  if (stats.memory) out += memory_text(*stats.memory, stats.users);
  return out + half_lines_text(stats.half_lines);
}

std::string rejects_text(const std::vector<RejectCount>& rejects) {
  std::string out;
  for (const RejectCount& reject : rejects) {
    const bool blocks = !reject.first.empty() && !reject.first[0].block.empty();
    out += fmt::format("warning: {} left out: {} ({})\n",
                       counted(reject.count, blocks ? "block" : "line"), reject.text,
                       blocks ? block_places(reject) : places(reject));
  }
  return out;
}

}  // namespace segue::cli
