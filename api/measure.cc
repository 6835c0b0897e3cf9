#include "segue/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>

#include "api/compilation_state.h"
#include "api/rule_forms.h"
#include "api/runtime/native_code.h"
#include "api/runtime/outcomes.h"
#include "api/zone_tables.h"
#include "compiler/codegen/codegen.h"
#include "compiler/emit/emit.h"
#include "compiler/passes/pipeline.h"
#include "runtime/engine/engine.h"
#include "runtime/ingest/memory_source.h"
#include "runtime/ingest/reader.h"
#include "runtime/pack/inputs.h"
#include "runtime/pack/pack_source.h"

namespace segue {
namespace {

/// Rules and shapes are measured over so many events at most.
constexpr uint64_t kPartEvents = 50'000;

using Rules = std::vector<size_t>;  // segments, then scores, by their order of declaration

/// Processor time that this process has used: what others do meanwhile is no part of it.
double processor_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double quickest(const std::vector<double>& turns) {
  return turns.empty() ? 0 : *std::min_element(turns.begin(), turns.end());
}

class Silent final : public EngineListener {};

/// A plan as native code.
Result<std::shared_ptr<const Program>> program_of(plan::Plan plan) {
  plan::compact(plan);
  passes::run(plan, {});
  SEGUE_TRY(image::Image image, emit(plan, system_zones()));
  auto program = std::make_shared<Program>(std::move(image));
  SEGUE_TRY(NativeCode code, generate(*program, {}));
  program->install(std::move(code));
  return std::shared_ptr<const Program>(std::move(program));
}

/// The program of the rule `any`: what every other pays too. One without rules would not do: no
/// event would be of interest to it, and it would have no native code.
Result<std::shared_ptr<const Program>> base_of(const plan::Plan& lowered) {
  plan::Plan base;
  base.schema = lowered.schema;
  base.streams.push_back(
      {"any", std::make_shared<plan::Expr>(plan::Expr{plan::Op::kAnyKind, {}}), {}});
  base.cells.push_back({plan::CellKind::kSeen});
  base.nodes.push_back({std::make_shared<plan::Expr>(plan::Expr{plan::Op::kSeen, {}})});
  base.segments.push_back({"any", "", "", {}, {}});
  return program_of(std::move(base));
}

/// The program of some rules alone. The schema stays whole, so events decoded for all rules are
/// events of the part.
Result<std::shared_ptr<const Program>> part_of(const plan::Plan& lowered, const Rules& rules) {
  plan::Plan part = lowered;
  const auto keep = [&](std::vector<plan::Segment>& rows, size_t base) {
    std::vector<plan::Segment> kept;
    for (const size_t rule : rules) {
      if (rule >= base && rule - base < rows.size()) kept.push_back(rows[rule - base]);
    }
    rows = std::move(kept);
  };
  keep(part.segments, 0);
  keep(part.scores, lowered.segments.size());
  return program_of(std::move(part));
}

/// Decoded events that one program after the other takes.
class Stream {
 public:
  Stream(const MeasureOptions& options, const std::vector<EventLog>& logs)
      : logs_(logs), events_max_(options.events_max), turns_(std::max(1U, options.turns)) {
    engine_.lateness = options.any_lateness ? kLatenessAll : Duration{options.lateness.count()};
  }

  /// Decodes all, and keeps it.
  Outcome load(const InputSchema& schema) {
    const auto source = open(schema);
    for (;;) {
      EventBatch batch;
      const Status status = source->next(batch);
      if (!status.ok()) return outcome_of(status.error());
      if (batch.empty() || events_ >= events_max_) return {};
      events_ += batch.events.size();
      rejects_ += batch.rejects.size();
      batch.rejects.clear();
      batches_.push_back(std::move(batch));
    }
  }

  uint64_t events() const { return events_; }
  uint64_t rejects() const { return rejects_; }

  /// Nanoseconds an event to make events of the logs once more.
  double decode_ns(const InputSchema& schema) const {
    std::vector<double> turns;
    for (unsigned turn = 0; turn < turns_; ++turn) {
      const auto source = open(schema);
      const double begin = processor_ns();
      uint64_t events = 0;
      for (EventBatch batch; source->next(batch).ok() && !batch.empty() && events < events_;) {
        events += batch.events.size();
        batch = EventBatch();
      }
      turns.push_back((processor_ns() - begin) / static_cast<double>(events_));
    }
    return quickest(turns);
  }

  struct Cost {
    double ns = 0;       // of an event, in the quickest of some turns
    double base_ns = 0;  // of the rule `any` alone, likewise
    EngineStats stats;
  };

  /// Both programs over the first `events_max` events, in turn.
  Cost cost_of(const std::shared_ptr<const Program>& program,
               const std::shared_ptr<const Program>& base, uint64_t events_max) const {
    Cost cost;
    std::vector<double> ns, base_ns;
    for (unsigned turn = 0; turn < turns_; ++turn) {
      EngineStats ignored;
      base_ns.push_back(run(base, events_max, ignored));
      ns.push_back(run(program, events_max, cost.stats));
    }
    cost.ns = quickest(ns);
    cost.base_ns = quickest(base_ns);
    return cost;
  }

 private:
  std::unique_ptr<BatchSource> open(const InputSchema& schema) const {
    std::vector<std::unique_ptr<BatchSource>> inputs;
    for (const EventLog& log : logs_) {
      const auto file = static_cast<uint32_t>(inputs.size());
      auto packed = std::static_pointer_cast<const pack::Pack>(log.packed);
      inputs.push_back(packed != nullptr ? pack::read_pack(std::move(packed), file, schema, {})
                                         : read_events(std::make_unique<MemorySource>(log.text),
                                                       file, schema, {}));
    }
    return inputs.size() == 1 ? std::move(inputs[0]) : merge_events(std::move(inputs), 1024);
  }

  double run(const std::shared_ptr<const Program>& program, uint64_t events_max,
             EngineStats& stats) const {
    std::vector<EventBatch> batches;
    uint64_t events = 0;
    for (const EventBatch& batch : batches_) {
      if (events >= events_max) break;
      events += batch.events.size();
      batches.push_back(batch);
    }
    Silent silent;
    Engine engine(program, engine_, silent);
    const double begin = processor_ns();
    for (EventBatch& batch : batches) engine.push(std::move(batch));
    engine.finish();
    const double ns = processor_ns() - begin;
    stats = engine.stats();
    return ns / static_cast<double>(std::max<uint64_t>(events, 1));
  }

  const std::vector<EventLog>& logs_;
  uint64_t events_max_;
  unsigned turns_;
  EngineOptions engine_;
  std::vector<EventBatch> batches_;
  uint64_t events_ = 0;
  uint64_t rejects_ = 0;
};

/// Measures parts of a program, rule by rule and form by form.
class Parts {
 public:
  Parts(const Compilation::State& state, const CompiledProgram& program, const Stream& stream,
        const std::shared_ptr<const Program>& base)
      : state_(state), program_(program), stream_(stream), base_(base) {
    std::vector<std::string> forms = rule_forms(state);
    forms.resize(program.segments().size() + program.scores().size());
    for (size_t rule = 0; rule < forms.size(); ++rule) by_form_[forms[rule]].push_back(rule);
  }

  size_t forms() const { return by_form_.size(); }

  /// Those with most rules are measured, at most `most`.
  Outcome shapes(size_t most, std::vector<ShapeCost>& costs) {
    std::vector<std::pair<std::string, Rules>> forms(by_form_.begin(), by_form_.end());
    std::sort(forms.begin(), forms.end(), [](const auto& a, const auto& b) {
      return a.second.size() != b.second.size() ? a.second.size() > b.second.size()
                                                : a.second[0] < b.second[0];
    });
    forms.resize(std::min(forms.size(), most));
    for (const auto& [form, rules] : forms) {
      ShapeCost cost{form, rule(rules[0]).name, rules.size(), 0};
      if (Outcome wrong = measure(rules, cost.ns); !wrong.ok()) return wrong;
      costs.push_back(std::move(cost));
      order_.push_back(&by_form_[form]);
    }
    sort_by_ns(costs);
    return {};
  }

  /// One rule of each form that was measured, then the second of each, and so on: at most `most`.
  Outcome rules(size_t most, std::vector<RuleCost>& costs) {
    for (size_t place = 0; costs.size() < most; ++place) {
      const size_t before = costs.size();
      for (const Rules* rules : order_) {
        if (place >= rules->size() || costs.size() >= most) continue;
        const RuleInfo& info = rule((*rules)[place]);
        RuleCost cost{info.name, info.path, info.line, 0};
        if (Outcome wrong = measure({(*rules)[place]}, cost.ns); !wrong.ok()) return wrong;
        costs.push_back(std::move(cost));
      }
      if (costs.size() == before) break;
    }
    sort_by_ns(costs);
    return {};
  }

 private:
  template <class Cost>
  static void sort_by_ns(std::vector<Cost>& costs) {
    std::sort(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.ns > b.ns; });
  }

  const RuleInfo& rule(size_t index) const {
    const auto segments = program_.segments();
    return index < segments.size() ? segments[index] : program_.scores()[index - segments.size()];
  }

  Outcome measure(const Rules& rules, double& ns) const {
    auto part = part_of(state_.lowered, rules);
    if (!part) return outcome_of(part.error());
    const Stream::Cost cost = stream_.cost_of(*part, base_, kPartEvents);
    ns = std::max(0.0, cost.ns - cost.base_ns);
    return {};
  }

  const Compilation::State& state_;
  const CompiledProgram& program_;
  const Stream& stream_;
  std::shared_ptr<const Program> base_;
  std::map<std::string, Rules> by_form_;
  std::vector<const Rules*> order_;  // of the forms measured
};

Outcome read_text(ByteSource& source, uint64_t lines_max, std::string& text) {
  std::vector<char> piece(size_t{1} << 20);
  for (uint64_t lines = 0; lines < lines_max;) {
    const auto got = source.read(piece);
    if (!got) return outcome_of(got.error());
    if (*got == 0) break;
    for (size_t at = 0; at < *got && lines < lines_max;) {
      const auto* end = std::find(piece.data() + at, piece.data() + *got, '\n');
      const size_t size = static_cast<size_t>(end - piece.data()) - at;
      const size_t whole = std::min(size + 1, *got - at);
      text.append(piece.data() + at, whole);
      lines += whole == size + 1 ? 1 : 0;
      at += whole;
    }
  }
  return {};
}

}  // namespace

Outcome read_event_logs(std::span<const std::string> paths, uint64_t lines_max,
                        std::vector<EventLog>& logs) noexcept {
  for (const std::string& path : paths) {
    auto input = pack::open_input(path);
    if (!input) return outcome_of(input.error());
    EventLog& log = logs.emplace_back();
    log.packed = std::move(input->pack);
    if (input->lines == nullptr) continue;
    if (Outcome wrong = read_text(*input->lines, lines_max, log.text); !wrong.ok()) return wrong;
  }
  return {};
}

Outcome measure(const Compilation& compilation, const std::vector<EventLog>& logs,
                const MeasureOptions& options, Measurement& into) noexcept {
  std::shared_ptr<const CompiledProgram> program;
  if (Outcome wrong = compilation.program(program); !wrong.ok()) return wrong;
  if (Outcome wrong = make_code(*program, options.code, into.code); !wrong.ok()) return wrong;
  into.compile = compilation.times();

  const std::shared_ptr<const Program> whole = program->state().program;
  Stream stream(options, logs);
  if (Outcome wrong = stream.load(whole->schema()); !wrong.ok()) return wrong;
  if (stream.events() == 0) return {Fault::kInvalid, "there are no events to measure with"};
  auto base = base_of(compilation.state().lowered);
  if (!base) return outcome_of(base.error());

  into.decode_ns = stream.decode_ns(whole->schema());
  const Stream::Cost cost = stream.cost_of(whole, *base, stream.events());
  into.engine_ns = cost.ns;
  into.base_ns = cost.base_ns;
  into.events = cost.stats.events;
  into.users = cost.stats.users;
  into.changes = cost.stats.changes;
  into.left_out = stream.rejects() + cost.stats.late;
  into.state_bytes = cost.stats.state_bytes;

  Parts parts(compilation.state(), *program, stream, *base);
  into.rules = program->segments().size() + program->scores().size();
  into.shapes = parts.forms();
  if (Outcome wrong = parts.shapes(options.shapes_max, into.by_shape); !wrong.ok()) return wrong;
  return parts.rules(options.rules_max, into.by_rule);
}

}  // namespace segue
