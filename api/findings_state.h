// What a `Findings` shares among its copies.
#pragma once

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/source/source.h"
#include "segue/findings.h"

namespace segue {

struct Findings::State {
  SourceManager sources;
  Diagnostics diagnostics;
};

/// `span` for the public; an invalid file gives an empty path.
TextRange range_of(const SourceManager& sources, Span span);

}  // namespace segue
