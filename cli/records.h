// Results as records in the three forms of `--format`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"

namespace segue::cli {

enum class RecordFormat : uint8_t { kJsonl, kCsv, kTable };

/// One value of a record. An absent one is left out of JSON and empty elsewhere. Owns nothing.
struct Field {
  enum class Kind : uint8_t { kAbsent, kText, kNumber };

  static Field absent() { return {}; }
  static Field text(std::string_view text) { return {Kind::kText, text}; }
  /// `digits` is written as it stands: `12`, `0.5`.
  static Field number(std::string_view digits) { return {Kind::kNumber, digits}; }

  Kind kind = Kind::kAbsent;
  std::string_view value;
};

/// Writes records that have the same columns.
class RecordWriter {
 public:
  virtual ~RecordWriter() = default;
  /// One field a column.
  virtual void write(std::span<const Field> fields) = 0;
  /// Writes what is held back. Called once, after the last record.
  virtual void finish() {}
};

/// `kJsonl`: one JSON object a line. `kCsv`: RFC 4180 with a header line and LF at line ends (its
/// CRLF is for mail; every reader takes LF and Unix tools want it). `kTable`: aligned columns.
std::unique_ptr<RecordWriter> make_record_writer(RecordFormat format,
                                                 std::vector<std::string> columns, Output& output);

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);

/// Appends `text` as a CSV field: quoted if it holds a comma, quote, or line end.
void append_csv_field(std::string& out, std::string_view text);

/// A number as JSON takes it: the shortest digits that give it back, without an exponent for those
/// of usual size.
std::string number_text(double value);

}  // namespace segue::cli
