#include "compiler/syntax/format_walker.h"

namespace segue {

void FormatWalker::expr(const ast::Expr& expr, uint32_t indent) {
  until(expr.span.begin);
  std::visit([&](const auto& one) { put(one, indent); }, expr.node);
  until(expr.span.end);
}

void FormatWalker::filtered(const ast::Filtered& filtered, uint32_t indent) {
  if (filtered.where == nullptr) return expr(*filtered.value, indent);
  out_.open(indent);
  expr(*filtered.value, 0);
  out_.soft();
  expr(*filtered.where);
  out_.close();
}

void FormatWalker::chain(const std::vector<ast::ExprPtr>& operands, uint32_t indent) {
  out_.open(indent);
  for (size_t i = 0; i < operands.size(); ++i) {
    if (i > 0) out_.soft();
    expr(*operands[i]);
  }
  out_.close();
}

void FormatWalker::put(const ast::Unless& one, uint32_t indent) {
  out_.open(indent);
  expr(*one.condition, 0);
  out_.soft();
  expr(*one.exception);
  out_.close();
}

void FormatWalker::put(const ast::Or& one, uint32_t indent) { chain(one.operands, indent); }
void FormatWalker::put(const ast::And& one, uint32_t indent) { chain(one.operands, indent); }
void FormatWalker::put(const ast::Not& one, uint32_t indent) { expr(*one.operand, indent); }
void FormatWalker::put(const ast::Held& one, uint32_t indent) { expr(*one.condition, indent); }
void FormatWalker::put(const ast::Never& one, uint32_t indent) { expr(*one.step, indent); }

void FormatWalker::put(const ast::No& one, uint32_t indent) {
  expr(*one.step, indent);
  window(one.window);
}

void FormatWalker::put(const ast::Member& one, uint32_t) {
  if (!one.any_of) return;
  until_bracket();
  plain_list();
}

void FormatWalker::put(const ast::Quantified& one, uint32_t) {
  until_bracket();
  bracketed([&] {
    for (const ast::ExprPtr& operand : one.operands) {
      expr(*operand);
      comma();
    }
  });
}

void FormatWalker::put(const ast::Reached& one, uint32_t indent) {
  expr(*one.sequence, indent);
  until(span_of(one.steps).end);
  if (one.all_within) piece(span_of(*one.all_within));
  window(one.window);
}

void FormatWalker::put(const ast::Comparison& one, uint32_t indent) {
  expr(*one.left, indent);
  expr(*one.right, indent);
  if (one.window) until(one.window->span.begin);
  if (one.periods) until(one.periods->span.begin);
  window(one.window);
  periods(one.periods);
}

void FormatWalker::put(const ast::InSet& one, uint32_t indent) {
  expr(*one.value, indent);
  if (const auto* values = std::get_if<ast::Scalars>(&one.set)) {
    until(values->span.begin);
    plain_list();
  }
  if (one.window) until(one.window->span.begin);
  if (one.periods) until(one.periods->span.begin);
  window(one.window);
  periods(one.periods);
}

void FormatWalker::put(const ast::Windowed& one, uint32_t indent) {
  expr(*one.value, indent);
  window(one.window);
  periods(one.periods);
}

void FormatWalker::put(const ast::Is& one, uint32_t indent) { expr(*one.value, indent); }
void FormatWalker::put(const ast::Exists& one, uint32_t indent) { expr(*one.value, indent); }

void FormatWalker::put(const ast::Has& one, uint32_t indent) {
  expr(*one.value, indent);
  if (one.item != nullptr) return expr(*one.item, indent);
  if (const auto* values = std::get_if<ast::Scalars>(&one.items)) {
    until(values->span.begin);
    plain_list();
  }
}

void FormatWalker::put(const ast::TextTest& one, uint32_t indent) {
  expr(*one.value, indent);
  expr(*one.text, indent);
}

void FormatWalker::put(const ast::Was& one, uint32_t indent) {
  expr(*one.value, indent);
  until_bracket();
  bracketed([&] { filtered(one.filter, 0); });
  window(one.window);
}

void FormatWalker::put(const ast::OnDays& one, uint32_t indent) {
  expr(*one.value, indent);
  until(one.unit.span.end);
  window(one.window);
}

void FormatWalker::put(const ast::Streak& one, uint32_t indent) { expr(*one.value, indent); }

void FormatWalker::then_step(const ast::ThenStep& step) {
  expr(*step.step);
  if (step.without != nullptr) expr(*step.without);
  until(step.span.end);
}

void FormatWalker::put(const ast::Sequence& one, uint32_t indent) {
  const bool steps = !one.steps.empty();
  out_.open(indent);
  expr(*one.first, steps ? kIndent : indent);
  for (const ast::ThenStep& step : one.steps) {
    out_.soft();
    then_step(step);
  }
  for (const ast::SequenceSuffix& suffix : one.suffixes) {
    if (steps) {
      out_.soft();
      until(suffix.span.end);
    } else {
      piece(suffix.span);
    }
  }
  if (one.has_among) {
    if (steps) out_.soft();
    until_bracket();
    bracketed([&] {
      for (const ast::Filtered& signal : one.among) {
        filtered(signal, 0);
        comma();
      }
    });
  }
  out_.close();
}

void FormatWalker::put(const ast::Arithmetic& one, uint32_t indent) {
  out_.open(indent);
  expr(*one.first);
  for (const ast::Arithmetic::Term& term : one.rest) {
    out_.soft();
    tokens_.between_operands(term.op_span.begin);
    until(term.op_span.end);
    expr(*term.operand);
  }
  out_.close();
}

void FormatWalker::put(const ast::Negate& one, uint32_t indent) { expr(*one.operand, indent); }

void FormatWalker::put(const ast::Group& one, uint32_t) {
  bracketed([&] { filtered(one.inner, 0); });
}

void FormatWalker::put(const ast::Except& one, uint32_t indent) {
  expr(*one.value, indent);
  expr(*one.excluded, indent);
}

void FormatWalker::put(const ast::Call& one, uint32_t) {
  until(one.callee.span.end);
  tokens_.glue_next();
  bracketed([&] {
    for (const ast::Filtered& argument : one.arguments) {
      filtered(argument, 0);
      comma();
    }
  });
}

void FormatWalker::put(const ast::Ordinal& one, uint32_t indent) { expr(*one.step, indent); }

void FormatWalker::put(const ast::Elapsed& one, uint32_t indent) {
  if (one.anchor.step != nullptr) expr(*one.anchor.step, indent);
}

void FormatWalker::put(const ast::AnyItem& one, uint32_t) {
  until_bracket();
  bracketed([&] { filtered(one.filter, 0); });
}

void FormatWalker::put(const ast::Sessions& one, uint32_t indent) { expr(*one.step, indent); }

}  // namespace segue
