#include "compiler/sema/sequences.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/signals.h"
#include "runtime/base/text.h"

namespace segue::sema {

namespace {

using Then = ast::ThenStep::Kind;

void report_misplaced(Context& context, Span span, std::string message, std::string_view label,
                      std::string help) {
  context.report(Code::kE0410, span, std::move(message))
      .label(std::string(label))
      .help(std::move(help));
}

/// The parts that a `then no` cannot have: its wait begins at the step before.
bool check_absent_parts(Context& context, const ast::ThenStep& step) {
  if (step.after) {
    report_misplaced(context, ast::span_of(*step.after), "`after` behind `then no`",
                     "its wait begins at the step before",
                     "`then no x within 3d`: none from that step on");
  }
  if (step.without != nullptr) {
    report_misplaced(context, step.without->span, "`without` behind `then no`",
                     "nothing comes, so nothing can come before it",
                     "`then no (x or y) within 3d`: neither of them");
  }
  return !step.after && step.without == nullptr;
}

class Reader {
 public:
  Reader(Context& context, const Scope& scope, const WrittenSequence& written)
      : context_(context), scope_(scope), written_(written), parts_(*written.steps) {
    scope_.window = nullptr;
    sequence_.span = written.span;
    sequence_.name = context.quote(written.span, "a sequence");
  }

  std::optional<ReadSequence> read() {
    if (parts_.steps.size() + 1 > kStepsMax) {
      context_
          .report(Code::kE0501, written_.span,
                  fmt::format("a sequence of {} steps", parts_.steps.size() + 1))
          .label(fmt::format("the limit is {}", kStepsMax));
      return std::nullopt;
    }
    add_first();
    for (const ast::ThenStep& step : parts_.steps) add_step(step);
    add_among();
    forbid_between();
    if (written_.all_within != nullptr || written_.whole) check_whole();
    if (!ok_) return std::nullopt;
    if (written_.by != nullptr && !read_key(context_, scope_, *written_.by, all_, sequence_)) {
      return std::nullopt;
    }
    return std::move(sequence_);
  }

 private:
  /// Signals stay where they are, so that `all_` may point at them.
  const Signal& keep(Signal signal) {
    kept_.push_back(std::make_unique<Signal>(std::move(signal)));
    ok_ = ok_ && kept_.back()->ok();
    all_.push_back(kept_.back().get());
    return *kept_.back();
  }

  hir::StreamId stream(const Signal& signal) {
    return signal.ok() ? stream_of(context_, signal) : hir::StreamId{};
  }

  void add_first() {
    const Signal& first = keep(signal(context_, scope_, *parts_.first));
    sequence_.steps.push_back(
        {.signal = first, .stream = stream(first), .span = parts_.first->span});
  }

  void add_step(const ast::ThenStep& written) {
    const Signal& what = keep(signal(context_, scope_, *written.step));
    ReadStep step;
    step.signal = what;
    step.stream = stream(what);
    step.span = written.span;
    step.absent = written.kind == Then::kNo || written.kind == Then::kNoLater;
    step.later = written.kind == Then::kLater || written.kind == Then::kNoLater;
    read_gap(written, step);
    if (step.absent) {
      ok_ = check_absent_parts(context_, written) && ok_;
      if (!written.within) report_endless(written);
    } else if (written.without != nullptr) {
      const Signal& between = keep(signal(context_, scope_, *written.without));
      step.without.push_back(stream(between));
    }
    sequence_.steps.push_back(std::move(step));
  }

  void read_gap(const ast::ThenStep& written, ReadStep& step) {
    if (written.within) {
      // The same instant is a gap of nothing, and allowed; strictly later never is, nor no wait.
      const bool zero_allowed = !step.later && !step.absent;
      step.within = duration(context_, scope_, *written.within, zero_allowed);
      ok_ = ok_ && step.within.has_value();
    }
    if (!written.after || step.absent) return;
    step.after = duration(context_, scope_, *written.after);
    ok_ = ok_ && step.after.has_value();
    if (!step.after || !step.within || *step.after <= *step.within) return;
    context_
        .report(Code::kE0403, written.span,
                fmt::format("a gap of at least {} and at most {}", duration_text(*step.after),
                            duration_text(*step.within)))
        .label("never both")
        .help(fmt::format("`after {} within {}`", duration_text(*step.within),
                          duration_text(*step.after)));
    ok_ = false;
  }

  void report_endless(const ast::ThenStep& written) {
    const std::string said = context_.quote(written.span, "then no x");
    context_.report(Code::kE0404, written.span, "`then no` without an end of its wait")
        .label("never over")
        .help(fmt::format("say how long: `{} within 3d`", said));
    ok_ = false;
  }

  void add_among() {
    const bool next = std::any_of(parts_.steps.begin(), parts_.steps.end(),
                                  [](const auto& step) { return step.kind == Then::kNext; });
    if (written_.has_among && !next) {
      report_misplaced(context_, written_.span, "`among` without `then next`",
                       "says what `next` is the next one of",
                       "`a then next b among (c)`; to forbid c: `a then b without c`");
      ok_ = false;
      return;
    }
    for (const ast::Filtered* one : written_.among) {
      keep(filtered_signal(context_, scope_, *one));
    }
  }

  /// `then next` is without any of the signals that the sequence names.
  void forbid_between() {
    std::vector<hir::StreamId> named;
    for (const Signal* signal : all_) {
      if (!signal->ok()) return;
      const hir::StreamId one = stream(*signal);
      if (std::find(named.begin(), named.end(), one) == named.end()) named.push_back(one);
    }
    for (size_t i = 0; i < parts_.steps.size(); ++i) {
      if (parts_.steps[i].kind == Then::kNext) sequence_.steps[i + 1].without = named;
    }
    if (named.size() <= kWithoutMax) return;
    context_
        .report(Code::kE0501, written_.span,
                fmt::format("{} signals among which a step is the next", named.size()))
        .label(fmt::format("the limit is {}", kWithoutMax))
        .help("one signal may be many: `among ((a or b))`");
    ok_ = false;
  }

  void check_whole() {
    sequence_.all_within = written_.whole;
    if (!written_.whole) {
      sequence_.all_within = duration(context_, scope_, *written_.all_within->length);
    }
    ok_ = ok_ && sequence_.all_within.has_value();
    if (!ok_) return;
    int64_t least = 0;
    for (const ReadStep& step : sequence_.steps) {
      if (step.after) least += step.after->ms;
      if (step.absent) least += step.within->ms;
    }
    if (least <= sequence_.all_within->ms) return;
    context_
        .report(Code::kE0403, written_.whole ? written_.span : written_.all_within->span,
                fmt::format("a sequence of at least {}, all within {}", duration_text({least}),
                            duration_text(*sequence_.all_within)))
        .label("too short for what its steps wait");
    ok_ = false;
  }

  Context& context_;
  Scope scope_;
  const WrittenSequence& written_;
  const ast::Sequence& parts_;
  ReadSequence sequence_;
  std::vector<std::unique_ptr<Signal>> kept_;
  std::vector<const Signal*> all_;  // steps, `without`, `among`
  bool ok_ = true;
};

hir::Stream begin_stream(const ReadSequence& sequence, Span span, std::string name) {
  hir::Stream stream;
  stream.kind = hir::Stream::Kind::kSequence;
  stream.span = span;
  stream.name = std::move(name);
  stream.by = sequence.by;
  return stream;
}

}  // namespace

WrittenSequence written_sequence(Context& context, const ast::Expr& expr) {
  WrittenSequence out;
  out.span = expr.span;
  const auto once = [&](const ast::SequenceSuffix*& place, const ast::SequenceSuffix& suffix,
                        std::string_view word) {
    if (place != nullptr) {
      context.report(Code::kE0313, suffix.span, fmt::format("`{}` is said twice", word))
          .label("once is enough")
          .also(place->span, "and here");
    }
    place = &suffix;
  };
  const ast::Expr* at = &expr;
  while (true) {
    if (const auto* group = at->as<ast::Group>()) {
      if (group->inner.where != nullptr) return out;
      at = group->inner.value.get();
      continue;
    }
    const auto* sequence = at->as<ast::Sequence>();
    if (sequence == nullptr) return out;
    for (const ast::SequenceSuffix& suffix : sequence->suffixes) {
      const bool key = suffix.kind == ast::SequenceSuffix::Kind::kBy;
      once(key ? out.by : out.all_within, suffix, key ? "by" : "all within");
    }
    out.has_among = out.has_among || sequence->has_among;
    for (const ast::Filtered& one : sequence->among) out.among.push_back(&one);
    if (!sequence->steps.empty()) {
      out.steps = sequence;
      return out;
    }
    at = sequence->first.get();
  }
}

std::optional<ReadSequence> read_sequence(Context& context, const Scope& scope,
                                          const WrittenSequence& written) {
  return Reader(context, scope, written).read();
}

hir::StreamId sequence_stream(Context& context, const ReadSequence& sequence, size_t count) {
  hir::Stream stream = begin_stream(sequence, sequence.span, sequence.name);
  const Span first = sequence.steps.front().span;
  for (size_t i = 0; i < count; ++i) {
    const ReadStep& step = sequence.steps[i];
    if (!step.absent) {
      stream.steps.push_back({.stream = step.stream,
                              .later = step.later,
                              .after = step.after,
                              .within = step.within,
                              .without = step.without});
      continue;
    }
    stream.absence = hir::Stream::Absence{step.stream, step.later, *step.within};
    if (i + 1 == count) break;
    // What stands before the next step is a sequence of its own, and its first step.
    const Span span = cover(first, step.span);
    stream.span = span;
    stream.name = context.quote(span, sequence.name);
    const hir::StreamId before = context.nodes.add(std::move(stream));
    stream = begin_stream(sequence, sequence.span, sequence.name);
    stream.steps.push_back({.stream = before});
  }
  stream.all_within = sequence.all_within;
  return context.nodes.add(std::move(stream));
}

Signal sequence(Context& context, const Scope& scope, const ast::Expr& expr) {
  Signal result;
  result.span = expr.span;
  result.name = context.quote(expr.span, "a sequence");
  const size_t before = context.diagnostics.error_count();
  const WrittenSequence written = written_sequence(context, expr);
  if (written.steps == nullptr) {
    const std::string_view word = written.has_among               ? "among"
                                  : written.all_within != nullptr ? "all within"
                                                                  : "by";
    context.report(Code::kE0411, expr.span, fmt::format("`{}` behind what is no sequence", word))
        .label("no steps in it")
        .help("`(a then b) all within 7d`; of a declared signal it is said in the declaration");
    return result;
  }
  const auto read = read_sequence(context, scope, written);
  if (!read || context.diagnostics.error_count() > before) return result;
  result.derived = sequence_stream(context, *read, read->steps.size());
  return result;
}

}  // namespace segue::sema
