#include "cli/records_impl.h"

namespace segue::cli {
namespace {

class CsvWriter final : public RecordWriter {
 public:
  CsvWriter(std::vector<std::string> columns, Output& output) : output_(output) {
    for (const std::string& column : columns) append(column);
    end_line();
  }

  void write(std::span<const Field> fields) override {
    for (const Field& field : fields) append(field.value);
    end_line();
  }

 private:
  void append(std::string_view text) {
    append_csv_field(line_, text);
    line_ += ',';
  }

  void end_line() {
    line_.back() = '\n';
    output_.write(line_);
    line_.clear();
  }

  Output& output_;
  std::string line_;
};

}  // namespace

void append_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::unique_ptr<RecordWriter> make_csv_writer(std::vector<std::string> columns, Output& output) {
  return std::make_unique<CsvWriter>(std::move(columns), output);
}

}  // namespace segue::cli
