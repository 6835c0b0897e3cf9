// Diagnostics as text for people, JSON for scripts, SARIF for code hosts: one content, three forms.
#pragma once

#include <string>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/source/source.h"

namespace segue {

struct TextStyle {
  bool colour = false;
};

/// The form of CLI.md, an empty line between two findings; ends with a line end unless empty.
std::string render_text(const SourceManager& sources, const Diagnostics& diagnostics,
                        TextStyle style = {});

/// `{"diagnostics":[…],"errors":n,"warnings":n,"dropped":n}` on one line, with byte spans, lines
/// and columns.
std::string render_json(const SourceManager& sources, const Diagnostics& diagnostics);

/// A SARIF 2.1.0 log with one run. `tool_version` is what `seg --version` says.
std::string render_sarif(const SourceManager& sources, const Diagnostics& diagnostics,
                         std::string_view tool_version);

}  // namespace segue
