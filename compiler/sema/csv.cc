#include "compiler/sema/csv.h"

#include "compiler/source/utf8.h"

namespace segue::sema {

namespace {

class Reader {
 public:
  Reader(std::string_view text, size_t items_max) : text_(text), items_max_(items_max) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  Csv run() {
    if (const auto bad = first_bad_utf8(text_)) {
      fail(*bad, "no UTF-8");
      return std::move(csv_);
    }
    while (at_ < text_.size() && csv_.error.empty() && csv_.items.size() <= items_max_) row();
    return std::move(csv_);
  }

 private:
  bool at_line_end() const {
    return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
  }

  void fail(size_t at, std::string why) {
    csv_.error = std::move(why);
    csv_.error_at = static_cast<uint32_t>(at);
  }

  void row() {
    const bool empty = at_line_end();
    for (bool first = true; !empty; first = false) {
      const size_t begin = at_;
      CsvItem item{field(), static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)};
      if (!csv_.error.empty()) return;
      if (first) csv_.items.push_back(std::move(item));
      if (at_line_end()) break;
      ++at_;  // a comma
    }
    if (at_ < text_.size()) at_ += text_[at_] == '\r' ? 2 : 1;
  }

  std::string field() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const size_t begin = at_;
    while (!at_line_end() && text_[at_] != ',') {
      if (text_[at_] == '"') fail(at_, "a quote inside a field without quotes");
      if (!csv_.error.empty()) return {};
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  /// A quote is written twice; commas and line ends stand for themselves.
  std::string quoted() {
    const size_t begin = at_++;
    std::string out;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != '"') {
        out += c;
        continue;
      }
      if (at_ < text_.size() && text_[at_] == '"') {
        out += text_[at_++];
        continue;
      }
      if (!at_line_end() && text_[at_] != ',') fail(at_, "more behind the closing quote");
      return out;
    }
    fail(begin, "a quote that is not closed");
    return {};
  }

  std::string_view text_;
  size_t items_max_;
  size_t at_ = 0;
  Csv csv_;
};

}  // namespace

Csv first_column(std::string_view text, size_t items_max) { return Reader(text, items_max).run(); }

}  // namespace segue::sema
