#include <fmt/format.h>
#include <cmath>

#include "cli/records_impl.h"

namespace segue::cli {
namespace {

/// Length of the UTF-8 sequence at the start of `text`, 0 if there is none: RFC 3629, so no
/// surrogates, no overlong forms.
size_t sequence_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xc2 ? 0
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf5 ? 4
                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;
  if (lead == 0xed && byte(1) > 0x9f) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
      return;
  }
}

bool plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

class JsonlWriter final : public RecordWriter {
 public:
  JsonlWriter(std::vector<std::string> columns, Output& output) : output_(output) {
    for (const std::string& column : columns) {
      std::string key;
      append_json_text(key, column);
      keys_.push_back(key + ":");
    }
  }

  void write(std::span<const Field> fields) override {
    line_.assign(1, '{');
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].kind == Field::Kind::kAbsent) continue;
      if (line_.size() > 1) line_ += ',';
      line_ += keys_[i];
      if (fields[i].kind == Field::Kind::kText) {
        append_json_text(line_, fields[i].value);
      } else {
        line_ += fields[i].value;
      }
    }
    line_ += "}\n";
    output_.write(line_);
  }

 private:
  Output& output_;
  std::vector<std::string> keys_;
  std::string line_;
};

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    size_t run = 0;
    while (run < text.size() && plain(text[run])) ++run;
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) break;

    const size_t length = sequence_length(text);
    if (length > 1) {
      out += text.substr(0, length);
    } else if (length == 1) {
      append_escaped(out, text[0]);
    } else {
      out += "\xef\xbf\xbd";
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return "null";
  if (value == 0) return "0";  // no "-0"
  if (std::abs(value) < 1e15 && std::trunc(value) == value) return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

std::unique_ptr<RecordWriter> make_jsonl_writer(std::vector<std::string> columns, Output& output) {
  return std::make_unique<JsonlWriter>(std::move(columns), output);
}

}  // namespace segue::cli
