#include "segue/findings.h"

#include "api/findings_state.h"
#include "compiler/diagnostics/render.h"
#include "segue/version.h"

namespace segue {
namespace {

Finding finding_of(const SourceManager& sources, const Diagnostic& diagnostic) {
  Finding finding;
  finding.level = diagnostic.level == Level::kError ? FindingLevel::kError : FindingLevel::kWarning;
  finding.code = info(diagnostic.code).name;
  finding.message = diagnostic.message;
  finding.at = range_of(sources, diagnostic.span);
  finding.label = diagnostic.text;
  for (const Label& label : diagnostic.secondary) {
    finding.others.push_back({range_of(sources, label.span), label.text});
  }
  finding.notes = diagnostic.notes;
  finding.helps = diagnostic.helps;
  for (const FixIt& fix : diagnostic.fixes) {
    finding.fixes.push_back({range_of(sources, fix.span), fix.replacement});
  }
  return finding;
}

}  // namespace

TextRange range_of(const SourceManager& sources, Span span) {
  if (!span.file.valid()) return {};
  const SourceFile& file = sources.file(span.file);
  const LineColumn begin = file.locate(span.begin);
  return {file.path(), span.begin, span.end, begin.line, begin.column};
}

Findings::Findings() noexcept : state_(std::make_shared<State>()) {}

Findings::Findings(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

size_t Findings::error_count() const noexcept { return state_->diagnostics.error_count(); }

size_t Findings::warning_count() const noexcept { return state_->diagnostics.warning_count(); }

std::vector<Finding> Findings::list() const noexcept {
  std::vector<Finding> list;
  for (const Diagnostic* diagnostic : state_->diagnostics.sorted()) {
    list.push_back(finding_of(state_->sources, *diagnostic));
  }
  return list;
}

std::string Findings::render(FindingsFormat format, bool color) const noexcept {
  const auto& [sources, diagnostics] = *state_;
  switch (format) {
    case FindingsFormat::kText:
      return render_text(sources, diagnostics, {.colour = color});
    case FindingsFormat::kJson:
      return render_json(sources, diagnostics);
    case FindingsFormat::kSarif:
      return render_sarif(sources, diagnostics, version());
  }
  return {};
}

std::string_view explain_code(std::string_view code) noexcept {
  const std::optional<Code> known = find_code(code);
  return known ? explain(*known) : std::string_view{};
}

}  // namespace segue
