#include "runtime/interp/published_scores.h"

#include <algorithm>
#include <array>

#include "runtime/image/op_info.h"
#include "runtime/interp/eval.h"
#include "runtime/interp/moving.h"
#include "runtime/interp/prepared.h"

namespace segue {

using image::Op;
using image::OpRow;
using interp::Entry;

namespace {

/// A frame whose code reads alone. One a thread: to make one costs more than a score.
Frame& frame_over(const Program& program, const std::byte* blob, int64_t now_ms) {
  static thread_local Frame frame;
  // SAFETY: the code of a score writes nothing.
  frame.blob = const_cast<std::byte*>(blob);
  frame.now_ms = now_ms;
  frame.next_ms = kNever.ms;
  frame.view = &program.view();
  frame.prepared = &program.prepared();
  return frame;
}

uint32_t pops_of(const OpRow& row) {
  const int pops = image::op_info(row.op).pops;
  return pops < 0 ? row.a : static_cast<uint32_t>(pops);
}

}  // namespace

/// Parts the code of one score into what stands still until a deadline, and what is left.
class PublishedScores::Planner {
 public:
  Planner(const Program& program, image::Range code, size_t& words, std::vector<Step>& steps)
      : code_(code), rows_(program.view().code(code)), words_(words), steps_(steps) {
    std::vector<uint32_t> stack;  // the ops whose results lie there
    for (uint32_t i = 0; i < rows_.size(); ++i) {
      Part part{.begin = i, .moves = interp::decays(rows_[i].op)};
      // Truths of what decays turn at deadlines: they stand still.
      const bool is_number = image::op_info(rows_[i].op).result == image::Type::N;
      for (uint32_t count = pops_of(rows_[i]); count > 0; --count) {
        const Part& operand = parts_[stack.back()];
        stack.pop_back();
        part.begin = operand.begin;
        part.moves = part.moves || (is_number && operand.moves);
      }
      stack.push_back(i);
      parts_.push_back(part);
    }
  }

  void plan(uint32_t i) {
    Step step;
    step.row = rows_[i];
    if (interp::decays(step.row.op)) {
      step.kind = Step::Kind::kDecay;
      step.word = take_words(2);
    } else if (parts_[i].moves) {
      for (const uint32_t operand : operands_of(i)) plan(operand);
      step.kind = Step::Kind::kOp;
    } else if (step.row.op == Op::kConstNumber) {
      step.kind = Step::Kind::kOp;  // a constant
    } else {
      const image::Type type = image::op_info(step.row.op).result;
      step.is_wide = type == image::Type::X || type == image::Type::S;
      step.kind = Step::Kind::kWord;
      step.word = take_words(step.is_wide ? 2 : 1);
      step.code = {code_.first + parts_[i].begin, i - parts_[i].begin + 1};
    }
    steps_.push_back(step);
  }

 private:
  struct Part {
    uint32_t begin;  // of its code, that of its operands included
    bool moves;
  };

  std::vector<uint32_t> operands_of(uint32_t i) const {
    std::vector<uint32_t> operands;
    for (uint32_t end = i; end > parts_[i].begin; end = parts_[end - 1].begin) {
      operands.push_back(end - 1);
    }
    std::reverse(operands.begin(), operands.end());
    return operands;
  }

  uint32_t take_words(uint32_t count) {
    words_ += count;
    return static_cast<uint32_t>(words_) - count;
  }

  image::Range code_;
  std::span<const OpRow> rows_;
  std::vector<Part> parts_;
  size_t& words_;
  std::vector<Step>& steps_;
};

PublishedScores::PublishedScores(const Program& program) : program_(program) {
  const image::View& view = program.view();
  for (uint32_t i = 0; i < view.scores.size(); ++i) {
    Score& score = scores_.emplace_back();
    if (!program.prepared().score_moves[i]) {
      score.word = static_cast<uint32_t>(words_++);
      continue;
    }
    const image::Range code = view.nodes[view.scores[i].node].code;
    Planner(program, code, words_, score.steps).plan(code.count - 1);
  }
}

void PublishedScores::take(const Blob& blob, std::span<uint64_t> into) const {
  for (uint32_t i = 0; i < scores_.size(); ++i) {
    const Score& score = scores_[i];
    if (score.steps.empty()) {
      into[score.word] = Entry::of(segue::score(program_, blob, i)).lo;
      continue;
    }
    Frame& frame = frame_over(program_, blob.data(), blob.header().last_ms);
    for (const Step& step : score.steps) {
      if (step.kind == Step::Kind::kDecay) {
        const interp::Decaying number = interp::decaying_of(frame, step.row);
        into[step.word] = Entry::of(number.value).lo;
        into[step.word + 1] = Entry::of(number.at_ms).lo;
      } else if (step.kind == Step::Kind::kWord) {
        const Entry entry = interp::eval(frame, step.code);
        into[step.word] = entry.lo;
        if (step.is_wide) into[step.word + 1] = entry.hi;
      }
    }
  }
}

double PublishedScores::value(std::span<const uint64_t> words, uint32_t score, Instant at) const {
  const Score& of_score = scores_[score];
  if (of_score.steps.empty()) return Entry{words[of_score.word], 0}.number();
  Frame& frame = frame_over(program_, nullptr, at.ms);
  interp::Machine machine(frame);
  for (const Step& step : of_score.steps) {
    switch (step.kind) {
      case Step::Kind::kWord:
        machine.push(Entry{words[step.word], step.is_wide ? words[step.word + 1] : 0});
        break;
      case Step::Kind::kDecay: {
        const interp::Decaying number{Entry{words[step.word], 0}.number(),
                                      Entry{words[step.word + 1], 0}.time_ms()};
        const int64_t half_life_ms = interp::half_life_of(program_.view(), step.row);
        machine.push(interp::value_at(number, at.ms, half_life_ms));
        break;
      }
      case Step::Kind::kOp:
        interp::step(machine, step.row);
        break;
    }
  }
  return interp::stored(machine.pop().number());
}

}  // namespace segue
