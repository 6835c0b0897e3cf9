#include "cli/bench_report.h"

#include <fmt/format.h>
#include <algorithm>

#include "cli/progress.h"
#include "cli/records.h"
#include "cli/state_text.h"

namespace segue::cli {
namespace {

std::string_view name_of(CodeCache cache) {
  switch (cache) {
    case CodeCache::kNone:
      return "none";
    case CodeCache::kMiss:
      return "miss";
    case CodeCache::kHit:
      return "hit";
  }
  return {};
}

double all_ns(const Measurement& measured) { return measured.decode_ns + measured.engine_ns; }

double per_second(double ns) { return ns > 0 ? 1e9 / ns : 0; }

uint64_t user_bytes(const Measurement& measured) {
  return measured.users == 0 ? 0 : measured.state_bytes / measured.users;
}

/// The stages in their order, with the milliseconds that each took.
template <class Take>
void each_stage(const Measurement& measured, const Take& take) {
  take("parse", measured.compile.parse_ms);
  take("check", measured.compile.check_ms);
  take("plan", measured.compile.plan_ms);
  take("passes", measured.compile.passes_ms);
  take("emit", measured.compile.emit_ms);
  take("codegen", measured.code.ms);
}

double compile_ms(const Measurement& measured) {
  double all = 0;
  each_stage(measured, [&](const char*, double ms) { all += ms; });
  return all;
}

// ---- text ---------------------------------------------------------------------------------------

std::string line(std::string_view name, double ns, std::string_view remark) {
  return fmt::format("{:<10}{:>9.1f} ns  {}\n", name, ns, remark);
}

std::string event_text(const Measurement& measured) {
  const double all = all_ns(measured);
  const auto share = [&](double ns) {
    return fmt::format("{:.0f}%", all > 0 ? 100 * ns / all : 0);
  };
  std::string out = "an event, on one thread\n";
  out += line("  all", all, fmt::format("{} events", rate_text(per_second(all))));
  out += line("  decode", measured.decode_ns, share(measured.decode_ns));
  out +=
      line("  engine", measured.base_ns, share(measured.base_ns) + ", with the rule `any` alone");
  const double rules = std::max(0.0, measured.engine_ns - measured.base_ns);
  return out + line("  rules", rules,
                    share(rules) + fmt::format(", {} events decoded",
                                               rate_text(per_second(measured.engine_ns))));
}

std::string state_text(const Measurement& measured, const StateSize& size) {
  return fmt::format(
      "bytes a user\n  fixed     {:>12}\n  typical   {:>12}\n  worst     {:>12}\n"
      "  measured  {:>12}\n",
      count_text(size.fixed_bytes), count_text(size.typical_bytes), count_text(size.worst_bytes),
      count_text(user_bytes(measured)));
}

std::string compile_text(const Measurement& measured) {
  std::string out = fmt::format("compiling\n  {:<8}  {:>9.1f} ms\n", "all", compile_ms(measured));
  each_stage(measured, [&](const char* stage, double ms) {
    out += fmt::format("  {:<8}  {:>9.1f} ms\n", stage, ms);
  });
  return out + fmt::format("  code: {}, {}, {}, cache {}\n",
                           counted(measured.code.functions, "function"),
                           counted(measured.code.modules, "module"), size_text(measured.code.bytes),
                           name_of(measured.code.cache));
}

std::string shapes_text(const Measurement& measured) {
  if (measured.by_shape.empty()) return "";
  std::string out =
      fmt::format("\nns an event by shape, {} of {}\n", measured.by_shape.size(), measured.shapes);
  for (const ShapeCost& cost : measured.by_shape) {
    out += fmt::format("  {:>9.1f}  {:<12}  {}\n", cost.ns, counted(cost.rules, "rule"), cost.form);
  }
  return out;
}

std::string rules_text(const Measurement& measured) {
  if (measured.by_rule.empty()) return "";
  std::string out =
      fmt::format("\nns an event by rule, {} of {}\n", measured.by_rule.size(), measured.rules);
  for (const RuleCost& cost : measured.by_rule) {
    out += fmt::format("  {:>9.1f}  {}  {}:{}\n", cost.ns, cost.name, cost.path, cost.line);
  }
  return out;
}

// ---- JSON ---------------------------------------------------------------------------------------

std::string json_of(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

std::string shapes_json(const Measurement& measured) {
  std::string out;
  for (const ShapeCost& cost : measured.by_shape) {
    out +=
        fmt::format(R"({}{{"form":{},"first":{},"rules":{},"ns":{:.1f}}})", out.empty() ? "" : ",",
                    json_of(cost.form), json_of(cost.first), cost.rules, cost.ns);
  }
  return "[" + out + "]";
}

std::string rules_json(const Measurement& measured) {
  std::string out;
  for (const RuleCost& cost : measured.by_rule) {
    out += fmt::format(R"({}{{"name":{},"path":{},"line":{},"ns":{:.1f}}})", out.empty() ? "" : ",",
                       json_of(cost.name), json_of(cost.path), cost.line, cost.ns);
  }
  return "[" + out + "]";
}

}  // namespace

std::string bench_text(const Measurement& measured, const CompiledProgram& program, bool made_up) {
  std::string out =
      fmt::format("{} over {}{} of {}, {}\n\n", counted(measured.rules, "rule"),
                  made_up ? "made-up " : "", counted(measured.events, "event"),
                  counted(measured.users, "user"), counted(measured.changes, "change"));
  if (measured.left_out > 0) {
    out += fmt::format("{} left out\n\n", counted(measured.left_out, "line"));
  }
  out += event_text(measured) + "\n" + state_text(measured, program.user_state()) + "\n" +
         compile_text(measured);
  return out + shapes_text(measured) + rules_text(measured);
}

std::string bench_json(const Measurement& measured, const CompiledProgram& program, bool made_up) {
  const StateSize& size = program.user_state();
  std::string out = fmt::format(
      R"({{"rules":{},"shapes":{},"made_up":{},"events":{},"users":{},"changes":{},"left_out":{})",
      measured.rules, measured.shapes, made_up, measured.events, measured.users, measured.changes,
      measured.left_out);
  out += fmt::format(
      R"(,"events_per_second":{:.0f},"decoded_events_per_second":{:.0f},"ns":{{"all":{:.1f},)"
      R"("decode":{:.1f},"engine":{:.1f},"rules":{:.1f}}})",
      per_second(all_ns(measured)), per_second(measured.engine_ns), all_ns(measured),
      measured.decode_ns, measured.base_ns, std::max(0.0, measured.engine_ns - measured.base_ns));
  out += fmt::format(R"(,"bytes_a_user":{{"fixed":{},"typical":{},"worst":{},"measured":{}}})",
                     size.fixed_bytes, size.typical_bytes, size.worst_bytes, user_bytes(measured));
  out += R"(,"compile_ms":{)";
  each_stage(measured, [&](const char* stage, double ms) {
    out += fmt::format(R"("{}":{:.2f},)", stage, ms);
  });
  out += fmt::format(R"("all":{:.2f}}})", compile_ms(measured));
  out += fmt::format(R"(,"code":{{"functions":{},"modules":{},"bytes":{},"cache":"{}"}})",
                     measured.code.functions, measured.code.modules, measured.code.bytes,
                     name_of(measured.code.cache));
  return out +
         fmt::format(R"(,"by_shape":{},"by_rule":{}}})", shapes_json(measured),
                     rules_json(measured)) +
         "\n";
}

}  // namespace segue::cli
