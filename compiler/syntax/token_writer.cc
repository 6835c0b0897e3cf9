#include "compiler/syntax/token_writer.h"

#include <algorithm>
#include <utility>

namespace segue {

namespace {

size_t line_ends(std::string_view gap) {
  size_t count = 0;
  for (size_t i = 0; i < gap.size(); ++i) {
    const bool crlf = gap[i] == '\r' && i + 1 < gap.size() && gap[i + 1] == '\n';
    count += (gap[i] == '\n' || (gap[i] == '\r' && !crlf)) ? 1 : 0;
  }
  return count;
}

/// As it is written canonically.
std::string_view canonical(std::string_view words) {
  if (words == "==") return "=";
  // One token whose inside may have any blanks, even line ends.
  if (words.size() > 9 && words.substr(0, 4) == "time" &&
      words.substr(words.size() - 5) == "since" && words.find_first_of(" \t\r\n") == 4) {
    return "time since";
  }
  return words;
}

bool is_one_of(std::string_view words, std::initializer_list<std::string_view> set) {
  return std::find(set.begin(), set.end(), words) != set.end();
}

}  // namespace

TokenWriter::TokenWriter(std::string_view text, const std::vector<Token>& tokens) {
  std::vector<Comment> comments;
  uint32_t last = 0;
  const auto lines_before = [&](uint32_t begin) {
    return last == 0 ? 1 : line_ends(text.substr(last, begin - last));
  };
  for (const Token& token : tokens) {
    const std::string_view words = text.substr(token.begin, token.end - token.begin);
    const size_t lines = lines_before(token.begin);
    if (token.kind == Token::Kind::kComment || token.kind == Token::Kind::kDoc) {
      const size_t length = words.find_last_not_of(" \t") + 1;
      comments.push_back({words.substr(0, length), token.begin, lines > 0, lines > 1});
    } else {
      tokens_.push_back(
          {canonical(words), token.begin, token.end, std::move(comments), lines > 1, lines > 0});
      comments.clear();
    }
    last = token.end;
  }
  const auto end = static_cast<uint32_t>(text.size());
  tokens_.push_back({{}, end, end, std::move(comments), false, true});
}

size_t TokenWriter::find(uint32_t offset) const {
  const auto found =
      std::lower_bound(tokens_.begin(), tokens_.end(), offset,
                       [](const CodeToken& token, uint32_t at) { return token.begin < at; });
  return static_cast<size_t>(found - tokens_.begin());
}

void TokenWriter::until(LineLayout& out, uint32_t offset) {
  while (at_ < count() && tokens_[at_].begin < offset) one(out);
}

bool TokenWriter::glued(std::string_view before, std::string_view after) const {
  if (before.empty()) return true;
  if (before == "{" && after == "}") return true;
  if (is_one_of(before, {"(", "[", ".", ".."})) return true;
  if (is_one_of(after, {")", "]", ",", ":", "?", ".", ".."})) return true;
  const bool sign = before == "+" || before == "-";
  return sign && last_begin_ != binary_;
}

void TokenWriter::one(LineLayout& out) {
  CodeToken& token = tokens_[at_];
  if (!glue_next_ && !glued(last_, token.words)) out.blank();
  glue_next_ = false;
  comments(out, token, false, false);
  out.text(token.words);
  last_ = token.words;
  last_begin_ = token.begin;
  ++at_;
}

void TokenWriter::item(LineLayout& out, bool first) {
  CodeToken& token = tokens_[at_];
  out.hard(!first && token.spaced && token.comments.empty());
  item_comments(out, token, first);
  one(out);
}

void TokenWriter::soft_item(LineLayout& out, bool first) {
  CodeToken& token = tokens_[at_];
  out.soft(false, !first && token.spaced && token.comments.empty());
  item_comments(out, token, first);
  one(out);
}

void TokenWriter::item_comments(LineLayout& out, CodeToken& token, bool first) {
  if (token.comments.empty()) return;
  const bool own_line = comments(out, token, true, first);
  if (token.spaced && (!first || own_line)) out.hard(true);
}

bool TokenWriter::comments(LineLayout& out, CodeToken& token, bool keep_spaces, bool first) {
  bool own_line = false;
  for (const Comment& comment : token.comments) {
    if (comment.own_line) {
      out.own_comment(comment.words, keep_spaces && comment.spaced && !(first && !own_line));
      own_line = true;
    } else {
      out.trailing_comment(comment.words);
    }
  }
  token.comments.clear();
  return own_line;
}

void TokenWriter::closing_comments(LineLayout& out, bool first) {
  comments(out, tokens_[at_], true, first);
}

std::vector<TokenWriter::Comment> TokenWriter::take_comments() {
  return std::exchange(tokens_[at_].comments, {});
}

void TokenWriter::trailing_comments(LineLayout& out) {
  std::vector<Comment>& all = tokens_[at_].comments;
  size_t count = 0;
  while (count < all.size() && !all[count].own_line) out.trailing_comment(all[count++].words);
  all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(count));
}

void TokenWriter::skip_to(uint32_t offset) {
  while (at_ < count() && tokens_[at_].begin < offset) {
    last_ = tokens_[at_].words;
    last_begin_ = tokens_[at_].begin;
    tokens_[at_].comments.clear();
    ++at_;
  }
}

void TokenWriter::drop() {
  std::vector<Comment> carried = std::move(tokens_[at_].comments);
  ++at_;
  std::vector<Comment>& next = tokens_[at_].comments;
  // Two comments cannot stand behind one token.
  if (!carried.empty() && !next.empty()) next.front().own_line = true;
  next.insert(next.begin(), carried.begin(), carried.end());
}

}  // namespace segue
