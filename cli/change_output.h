// Where `seg run` writes changes: standard output, or a file that a kept state goes on with.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/records.h"
#include "segue/durable.h"

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
  ~ChangeOutput() override;

  std::string name() const override;
  Outcome resume(uint64_t position) override;
  void give(const MembershipChange& change) override;
  Outcome commit(uint64_t& position) override;

  /// After the last change.
  void finish();

 private:
  Outcome open(uint64_t position);

  Options options_;
  std::set<std::string, std::less<>> wanted_;
  bool is_file_ = false;  // can be cut, and synced
  int descriptor_ = -1;
  std::unique_ptr<Output> output_;
  std::unique_ptr<RecordWriter> writer_;
};

}  // namespace segue::cli
