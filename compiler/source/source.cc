#include "compiler/source/source.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "compiler/source/utf8.h"
#include "runtime/base/check.h"

namespace segue {

SourceFile::SourceFile(std::string path, std::string text)
    : path_(std::move(path)), text_(std::move(text)) {
  if (text_.size() > kSourceBytesMax) {
    oversized_ = true;
    std::string().swap(text_);
  }
  line_begins_.push_back(0);
  for (uint32_t i = 0; i < text_.size(); ++i) {
    const bool crlf = text_[i] == '\r' && i + 1 < text_.size() && text_[i + 1] == '\n';
    if (text_[i] == '\n' || (text_[i] == '\r' && !crlf)) line_begins_.push_back(i + 1);
  }
}

uint32_t SourceFile::line_begin(uint32_t line) const {
  SEGUE_CHECK(line >= 1 && line <= line_count(), "line numbers count from 1");
  return line_begins_[line - 1];
}

std::string_view SourceFile::line_text(uint32_t line) const {
  const uint32_t begin = line_begin(line);
  uint32_t end = line < line_count() ? line_begins_[line] : static_cast<uint32_t>(text_.size());
  while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  return text().substr(begin, end - begin);
}

LineColumn SourceFile::locate(uint32_t offset) const {
  offset = std::min(offset, static_cast<uint32_t>(text_.size()));
  const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  const uint32_t begin = *(next - 1);
  return {static_cast<uint32_t>(next - line_begins_.begin()),
          count_code_points(text().substr(begin, offset - begin)) + 1};
}

SourceId SourceManager::add_text(std::string path, std::string text) {
  files_.emplace_back(std::move(path), std::move(text));
  return {static_cast<uint32_t>(files_.size() - 1)};
}

LoadResult SourceManager::load_file(const std::string& path) {
  const auto unreadable = [] {
    return LoadResult{LoadError::kUnreadable, {}, std::strerror(errno)};
  };
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return unreadable();
  std::string text;
  char buffer[1 << 16];
  size_t count = 0;
  while (text.size() <= kSourceBytesMax &&
         (count = std::fread(buffer, 1, sizeof buffer, file)) > 0) {
    text.append(buffer, count);
  }
  const bool failed = std::ferror(file) != 0;
  const LoadResult why = failed ? unreadable() : LoadResult{};
  std::fclose(file);
  if (failed) return why;
  return {LoadError::kNone, add_text(path, std::move(text)), {}};
}

const SourceFile& SourceManager::file(SourceId id) const {
  SEGUE_CHECK(id.value < files_.size(), "a SourceId belongs to the manager that gave it");
  return files_[id.value];
}

std::string_view SourceManager::text(Span span) const {
  const std::string_view all = file(span.file).text();
  const size_t begin = std::min<size_t>(span.begin, all.size());
  return all.substr(begin, span.end > begin ? span.end - begin : 0);
}

}  // namespace segue
