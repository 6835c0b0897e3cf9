#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/event_run.h"
#include "cli/findings_report.h"
#include "cli/output.h"

namespace segue::cli {
namespace {

const std::string kDefaultLateness = "all";  // all input is read before anything is answered

struct MembersFlags : EventRunFlags {
  std::vector<std::string> at;
  bool scores = false;
  bool summary = false;
};

/// Indices of rules by name: results are sorted by what is shown.
std::vector<size_t> by_name(std::span<const RuleInfo> rules) {
  std::vector<size_t> order(rules.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return rules[a].name < rules[b].name; });
  return order;
}

std::vector<std::string> columns_of(const MembersFlags& flags) {
  std::vector<std::string> columns = {"at", "segment"};
  if (flags.scores) columns.push_back("score");
  columns.push_back(flags.summary ? "users" : "user");
  if (flags.scores) columns.push_back(flags.summary ? "mean" : "value");
  return columns;
}

/// Writes one snapshot: segments by name, then scores by name, users sorted.
class SnapshotWriter {
 public:
  SnapshotWriter(const MembersFlags& flags, const EventRun& run, Output& out)
      : flags_(flags),
        run_(run),
        writer_(make_record_writer(flags.records.record_format(), columns_of(flags), out)) {}

  void write(const Snapshot& snapshot) {
    at_ = format_time(snapshot.at);
    const auto segments = run_.program().segments();
    for (const size_t i : by_name(segments)) {
      if (!run_.wanted(static_cast<uint32_t>(i))) continue;
      if (flags_.summary) {
        const std::string count = std::to_string(snapshot.member_counts[i]);
        write_row(segments[i].name, "", Field::number(count), Field::absent());
        continue;
      }
      for (const std::string& user : snapshot.members[i]) {
        write_row(segments[i].name, "", Field::text(user), Field::absent());
      }
    }
    if (flags_.scores) write_scores(snapshot);
  }

  void finish() { writer_->finish(); }

 private:
  void write_scores(const Snapshot& snapshot) {
    const auto scores = run_.program().scores();
    for (const size_t i : by_name(scores)) {
      if (flags_.summary) {
        write_mean(scores[i].name, snapshot.users, snapshot.score_sums[i]);
        continue;
      }
      for (const auto& [user, value] : snapshot.scores[i]) {
        const std::string digits = number_text(value);
        write_row("", scores[i].name, Field::text(user), Field::number(digits));
      }
    }
  }

  void write_mean(const std::string& score, uint64_t users, double sum) {
    const std::string count = std::to_string(users);
    const std::string mean = users == 0 ? "" : number_text(sum / static_cast<double>(users));
    write_row("", score, Field::number(count), users == 0 ? Field::absent() : Field::number(mean));
  }

  void write_row(std::string_view segment, std::string_view score, Field user, Field value) {
    const auto named = [](std::string_view name) {
      return name.empty() ? Field::absent() : Field::text(name);
    };
    if (!flags_.scores) {
      writer_->write(std::array<Field, 3>{Field::text(at_), named(segment), user});
    } else {
      writer_->write(
          std::array<Field, 5>{Field::text(at_), named(segment), named(score), user, value});
    }
  }

  const MembersFlags& flags_;
  const EventRun& run_;
  std::unique_ptr<RecordWriter> writer_;
  std::string at_;
};

std::vector<TimePoint> instants(const MembersFlags& flags) {
  std::vector<TimePoint> instants;
  for (const std::string& at : flags.at) {
    instants.push_back(time_argument("--at", at, flags.rules.zone));
  }
  std::sort(instants.begin(), instants.end());
  instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
  return instants;
}

Exit members(const MembersFlags& flags) {
  const MembersQuery query{instants(flags), flags.scores, flags.summary};
  EventRun run(flags, kDefaultLateness);
  Output out(STDOUT_FILENO);
  SnapshotWriter writer(flags, run, out);
  run.members(query, [&](const Snapshot& snapshot) { writer.write(snapshot); });
  writer.finish();
  finish(out);
  run.summarize();
  return Exit::kDone;
}

}  // namespace

void declare_members(CLI::App& app, Job& job) {
  auto flags = std::make_shared<MembersFlags>();
  add_repeatable(app, "--at", flags->at,
                 "as of this instant, included; may be repeated (default: the last event's)")
      ->option_text("T");
  app.add_flag("--scores", flags->scores, "every known user's scores too");
  app.add_flag("--summary", flags->summary,
               "only how many: users of a segment; of a score its mean");
  add_event_run_flags(app, *flags, kDefaultLateness);
  app.callback([flags, &job] { job = [flags] { return members(*flags); }; });
}

}  // namespace segue::cli
