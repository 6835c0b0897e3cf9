// The makers of the three record writers; see records.h.
#pragma once

#include "cli/records.h"

namespace segue::cli {

std::unique_ptr<RecordWriter> make_jsonl_writer(std::vector<std::string> columns, Output& output);
std::unique_ptr<RecordWriter> make_csv_writer(std::vector<std::string> columns, Output& output);
std::unique_ptr<RecordWriter> make_table_writer(std::vector<std::string> columns, Output& output);

}  // namespace segue::cli
