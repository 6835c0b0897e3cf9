#include <algorithm>

#include "cli/records_impl.h"
#include "cli/shown_text.h"

namespace segue::cli {
namespace {

/// Columns are as wide as the widest of the first rows; a later, wider value pushes its line out
/// rather than holding back a stream of results.
class TableWriter final : public RecordWriter {
 public:
  TableWriter(std::vector<std::string> columns, Output& output) : output_(output) {
    numeric_.assign(columns.size(), false);
    rows_.push_back(std::move(columns));
  }

  void write(std::span<const Field> fields) override {
    std::vector<std::string> row;
    row.reserve(fields.size());
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].kind == Field::Kind::kNumber) numeric_[i] = true;
      row.push_back(shown_text(fields[i].value));
    }
    if (!widths_.empty()) {
      print(row);
      return;
    }
    rows_.push_back(std::move(row));
    if (rows_.size() > kRowsMeasured) finish();
  }

  void finish() override {
    if (!widths_.empty()) return;
    widths_.assign(rows_[0].size(), 0);
    for (const std::vector<std::string>& row : rows_) {
      for (size_t i = 0; i < row.size(); ++i)
        widths_[i] = std::max(widths_[i], shown_width(row[i]));
    }
    for (const std::vector<std::string>& row : rows_) print(row);
    rows_.clear();
  }

 private:
  static constexpr size_t kRowsMeasured = 500;

  void print(const std::vector<std::string>& row) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const size_t width = shown_width(row[i]);
      const std::string padding(widths_[i] > width ? widths_[i] - width : 0, ' ');
      line += numeric_[i] ? padding + row[i] : row[i] + padding;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    output_.write(line + "\n");
  }

  Output& output_;
  std::vector<std::vector<std::string>> rows_;  // the header, and the rows held back
  std::vector<size_t> widths_;                  // empty until measured
  std::vector<bool> numeric_;
};

}  // namespace

std::unique_ptr<RecordWriter> make_table_writer(std::vector<std::string> columns, Output& output) {
  return std::make_unique<TableWriter>(std::move(columns), output);
}

std::unique_ptr<RecordWriter> make_record_writer(RecordFormat format,
                                                 std::vector<std::string> columns, Output& output) {
  switch (format) {
    case RecordFormat::kJsonl:
      return make_jsonl_writer(std::move(columns), output);
    case RecordFormat::kCsv:
      return make_csv_writer(std::move(columns), output);
    case RecordFormat::kTable:
      return make_table_writer(std::move(columns), output);
  }
  return nullptr;
}

}  // namespace segue::cli
