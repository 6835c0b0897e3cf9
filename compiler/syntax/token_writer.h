// The tokens of one file, written in order with their comments and the blanks between them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "compiler/syntax/line_layout.h"
#include "compiler/syntax/tokens.h"

namespace segue {

/// The formatter inserts line ends, this class writes every token exactly once: whatever a
/// construct forgets, no token and no comment is lost.
class TokenWriter {
 public:
  TokenWriter(std::string_view text, const std::vector<Token>& tokens);

  struct Comment {
    std::string_view words;  ///< without trailing blanks
    uint32_t begin = 0;
    bool own_line = false;
    bool spaced = false;  ///< an empty line stands before it
  };
  struct CodeToken {
    std::string_view words;
    uint32_t begin = 0;
    uint32_t end = 0;
    std::vector<Comment> comments;  ///< between the token before and this one
    bool spaced = false;            ///< an empty line stands before it
    bool starts_line = false;
  };

  // ---- reading --------------------------------------------------------------------------------
  size_t index() const { return at_; }
  /// The token at or behind an offset.
  size_t find(uint32_t offset) const;
  const CodeToken& token(size_t index) const { return tokens_[index]; }
  const CodeToken& next() const { return tokens_[at_]; }
  /// The last is empty: it carries the comments at the end of the file.
  size_t count() const { return tokens_.size() - 1; }

  // ---- writing --------------------------------------------------------------------------------
  /// All tokens that begin before `offset`.
  void until(LineLayout& out, uint32_t offset);
  /// The next token, a blank before it unless it sticks or the caller wrote soft() or hard().
  void one(LineLayout& out);
  /// The next token on a new line, with the empty lines before it and its comments kept; not before
  /// the `first` thing of a block.
  void item(LineLayout& out, bool first);
  /// The same at a soft() place.
  void soft_item(LineLayout& out, bool first);
  /// The comments before the next token, when it closes a block: they stand inside.
  void closing_comments(LineLayout& out, bool first);
  /// The comments before the next token, for who writes them himself.
  std::vector<Comment> take_comments();
  /// The comments behind the last token on its line.
  void trailing_comments(LineLayout& out);
  /// Leaves tokens out: the caller wrote them. Their comments go with them.
  void skip_to(uint32_t offset);
  /// A token and no comment of it is left out.
  void drop();
  /// The next token sticks to the one before, as `(` of a call.
  void glue_next() { glue_next_ = true; }
  /// The sign that begins at `offset` stands between two operands.
  void between_operands(uint32_t offset) { binary_ = offset; }

 private:
  /// True when one of them stood on a line of its own.
  bool comments(LineLayout& out, CodeToken& token, bool keep_spaces, bool first);
  void item_comments(LineLayout& out, CodeToken& token, bool first);
  bool glued(std::string_view before, std::string_view after) const;

  std::vector<CodeToken> tokens_;
  size_t at_ = 0;
  std::string_view last_;  // text of the last token written
  uint32_t last_begin_ = 0;
  bool glue_next_ = false;
  uint32_t binary_ = UINT32_MAX;
};

}  // namespace segue
