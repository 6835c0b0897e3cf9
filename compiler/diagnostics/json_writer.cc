#include "compiler/diagnostics/json_writer.h"

#include "compiler/source/utf8.h"

namespace segue {

namespace {

void append_escaped(std::string& out, unsigned char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (byte) {
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
      break;
  }
  if (byte >= 0x20) {
    out.push_back(static_cast<char>(byte));
  } else {
    out += "\\u00";
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
}

}  // namespace

void JsonWriter::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_.push_back(',');
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_.push_back(bracket);
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  text(name);
  out_.push_back(':');
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  out_.push_back('"');
  for (size_t i = 0; i < value.size();) {
    const size_t length = utf8_length(value.substr(i));
    if (length == 0) {
      append_utf8(out_, 0xFFFD);
    } else if (length == 1) {
      append_escaped(out_, static_cast<unsigned char>(value[i]));
    } else {
      out_.append(value.substr(i, length));
    }
    i += length == 0 ? 1 : length;
  }
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::number(uint64_t value) {
  separate();
  out_ += std::to_string(value);
  return *this;
}

}  // namespace segue
