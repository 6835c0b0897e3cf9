#include "compiler/syntax/line_layout.h"

#include <algorithm>

#include "compiler/source/utf8.h"

namespace segue {

void LineLayout::text(std::string_view words) {
  ops_.push_back({Op::Kind::kText, {}, false, count_code_points(words), words});
}
void LineLayout::blank() {
  // A place for a line end is a blank already, and groups may open between it and the text.
  for (auto op = ops_.rbegin(); op != ops_.rend(); ++op) {
    if (op->kind == Op::Kind::kSoft || op->kind == Op::Kind::kHard || op->kind == Op::Kind::kPad)
      return;
    if (op->kind != Op::Kind::kOpen) break;
  }
  ops_.push_back({Op::Kind::kBlank, {}, false, 1, {}});
}
void LineLayout::soft(bool glued, bool spaced) {
  ops_.push_back({Op::Kind::kSoft, {}, spaced, glued ? 0u : 1u, {}});
}
void LineLayout::hard(bool spaced) { ops_.push_back({Op::Kind::kHard, {}, spaced, 0, {}}); }
void LineLayout::flat_text(std::string_view words) {
  ops_.push_back({Op::Kind::kFlatText, {}, false, count_code_points(words), words});
}
void LineLayout::pad(uint32_t width) { ops_.push_back({Op::Kind::kPad, {}, false, width, {}}); }
void LineLayout::trailing_comment(std::string_view words) {
  ops_.push_back({Op::Kind::kTrailing, {}, false, 0, words});
}
void LineLayout::own_comment(std::string_view words, bool spaced) {
  ops_.push_back({Op::Kind::kOwn, {}, spaced, 0, words});
}
void LineLayout::open(uint32_t indent, Style style) {
  ops_.push_back({Op::Kind::kOpen, style, false, indent, {}});
}
void LineLayout::close() { ops_.push_back({Op::Kind::kClose, {}, false, 0, {}}); }

class LineLayoutPrinter {
 public:
  LineLayoutPrinter(const std::vector<LineLayout::Op>& ops, uint32_t width_max)
      : ops_(ops), width_max_(width_max) {}

  std::string print() {
    frames_.push_back({0, true, false});
    for (at_ = 0; at_ < ops_.size(); ++at_) step(ops_[at_]);
    return std::move(out_);
  }

 private:
  using Op = LineLayout::Op;
  using Kind = Op::Kind;

  struct Frame {
    uint32_t indent;
    bool broken;
    bool fill;
  };
  struct Pending {
    uint32_t lines = 0;   // line ends to write before the next text
    uint32_t indent = 0;  // with lines
    uint32_t blanks = 0;  // without
  };

  const Frame& frame() const { return frames_.back(); }

  void step(const Op& op) {
    switch (op.kind) {
      case Kind::kText:
        put(op);
        break;
      case Kind::kBlank:
        if (pending_.lines == 0) pending_ = {0, frame().indent, 1};
        break;
      case Kind::kSoft:
        soft(op);
        break;
      case Kind::kHard:
        line(op.spaced);
        break;
      case Kind::kFlatText:
        if (!frame().broken) put(op);
        break;
      case Kind::kPad: {
        const uint32_t wide = text_begin_ + op.width;
        pending_ = {0, frame().indent, wide > column_ ? wide - column_ : 1};
        break;
      }
      case Kind::kTrailing:
        out_.append("  ").append(op.text);
        if (pending_.lines == 0) line(false);
        break;
      case Kind::kOwn:
        own_comment(op);
        break;
      case Kind::kOpen: {
        frames_.push_back(
            {frame().indent + op.width, breaks(op), op.style == LineLayout::Style::kFill});
        break;
      }
      case Kind::kClose:
        frames_.pop_back();
        break;
    }
  }

  bool breaks(const Op& group) const {
    switch (group.style) {
      case LineLayout::Style::kBroken:
        return true;
      case LineLayout::Style::kIndent:
        return frame().broken;
      default:
        return !fits(at_);
    }
  }

  void line(bool spaced) { pending_ = {spaced ? 2u : 1u, frame().indent, 0}; }

  void soft(const Op& op) {
    const bool ends = frame().broken && (!frame().fill || !piece_fits());
    if (ends || pending_.lines > 0) {  // behind a comment there is a line end in any case
      line(op.spaced);
    } else {
      pending_ = {0, frame().indent, op.width};
    }
  }

  void own_comment(const Op& op) {
    const uint32_t indent = pending_.lines > 0 ? pending_.indent : frame().indent;
    pending_ = {std::max(pending_.lines, op.spaced ? 2u : 1u), indent, 0};
    flush();
    out_ += op.text;
    pending_ = {1, indent, 0};
  }

  void flush() {
    if (pending_.lines > 0) {
      if (!out_.empty()) out_.append(pending_.lines, '\n');
      out_.append(pending_.indent, ' ');
      column_ = pending_.indent;
    } else {
      out_.append(pending_.blanks, ' ');
      column_ += pending_.blanks;
    }
    pending_ = {};
  }

  void put(const Op& op) {
    flush();
    text_begin_ = column_;
    out_ += op.text;
    column_ += op.width;
  }

  uint32_t start_column() const {
    return pending_.lines > 0 ? pending_.indent : column_ + pending_.blanks;
  }

  /// Whether the group that opens at `open` ends on this line, with what stands behind it up to the
  /// next place for a line end.
  bool fits(size_t open) const {
    size_t depth = 0;
    bool inside = true;
    uint32_t column = start_column();
    for (size_t i = open; i < ops_.size() && column <= width_max_; ++i) {
      const Op& op = ops_[i];
      switch (op.kind) {
        case Kind::kOpen:
          if (inside && op.style == LineLayout::Style::kBroken) return false;
          ++depth;
          break;
        case Kind::kClose:
          if (inside && --depth == 0) inside = false;
          break;
        case Kind::kHard:
        case Kind::kTrailing:
        case Kind::kOwn:
          return !inside;
        case Kind::kSoft:
          if (!inside) return true;
          column += op.width;
          break;
        case Kind::kFlatText:
          column += inside ? op.width : 0;
          break;
        default:
          column += op.width;
          break;
      }
    }
    return column <= width_max_;
  }

  /// Of a fill: whether all up to its next soft place fits behind a blank.
  bool piece_fits() const {
    size_t depth = 0;
    uint32_t column = column_;
    for (size_t i = at_; i < ops_.size() && column <= width_max_; ++i) {
      const Op& op = ops_[i];
      if (op.kind == Kind::kOpen) ++depth;
      if (op.kind == Kind::kClose && depth-- == 0) return true;
      if (op.kind == Kind::kSoft && depth == 0 && i > at_) return true;
      if (op.kind == Kind::kHard || op.kind == Kind::kTrailing || op.kind == Kind::kOwn)
        return true;
      if (op.kind != Kind::kOpen && op.kind != Kind::kClose) column += op.width;
    }
    return column <= width_max_;
  }

  const std::vector<Op>& ops_;
  uint32_t width_max_;
  std::string out_;
  std::vector<Frame> frames_;
  Pending pending_;
  uint32_t column_ = 0;
  uint32_t text_begin_ = 0;
  size_t at_ = 0;
};

std::string LineLayout::print(uint32_t width_max) const {
  return LineLayoutPrinter(ops_, width_max).print();
}

}  // namespace segue
