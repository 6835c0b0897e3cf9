// Where `seg run` writes changes: standard output, or a file that a kept state goes on with.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "cli/records.h"
#include "segue/durable.h"
#include "segue/kept_file.h"

namespace segue::cli {

/// Whether there is such a file that takes bytes, or can be one; nothing is made.
Outcome can_write(const std::string& path);

class ChangeOutput final : public DurableSink {
 public:
  struct Options {
    std::string path;  // empty: standard output
    RecordFormat format = RecordFormat::kJsonl;
    std::vector<std::string> segments;  // only these; empty: all
    std::optional<TimePoint> until;     // no change after it
  };

  explicit ChangeOutput(Options options);

  std::string name() const override;
  Outcome check(uint64_t position, std::string_view mark) override;
  Outcome resume(uint64_t position) override;
  void give(const MembershipChange& change) override;
  Outcome commit(uint64_t& position) override;
  std::string mark() const override { return mark_; }

  /// After the last change.
  void finish();

  /// Whether it was given a change that it writes; once all are committed.
  bool has_given() const { return has_given_; }

 private:
  Outcome failed_write() const;

  Options options_;
  std::set<std::string, std::less<>> wanted_;
  std::optional<KeptFile> file_;  // else standard output
  std::string mark_;              // of it, by the last commit
  bool has_given_ = false;
  std::unique_ptr<Output> output_;
  std::unique_ptr<RecordWriter> writer_;
};

}  // namespace segue::cli
