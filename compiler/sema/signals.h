// Signals: streams of occurrences.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// What `expr` says happens. A signal is an event expression: one event is one occurrence of a
/// union, however many arms it matches.
Signal signal(Context& context, const Scope& scope, const ast::Expr& expr);

/// `signal where filter`, without a filter the signal.
Signal filtered_signal(Context& context, const Scope& scope, const ast::Filtered& filtered);

/// `what where filter`; null `where` leaves it as it is.
Signal with_filter(Context& context, const Scope& scope, const Signal& what, const ast::Expr* where,
                   Span span);

/// A declared signal or funnel, worked out once for each argument.
Signal declared_signal(Context& context, const Declared& declared, const Argument* argument);

/// Whether `expr` reads as a signal; reports nothing. An unknown name does not.
bool is_signal(const Context& context, const Scope& scope, const ast::Expr& expr);

/// `a then b within 1h`, `a then no b within 3d`. (sequences.cc)
Signal sequence(Context& context, const Scope& scope, const ast::Expr& expr);

/// `sessions of any with gap 30m`, `entered trial`, `changed plan to "pro"`. (derived.cc)
Signal sessions(Context& context, const Scope& scope, const ast::Sessions& sessions, Span span);
Signal crossing(Context& context, const Scope& scope, const ast::Crossing& crossing, Span span);
Signal change(Context& context, const Scope& scope, const ast::Change& change, Span span);

/// The stream of a union that is not of events alone. (derived.cc)
hir::StreamId derived_union(Context& context, const Signal& arms);

/// `what` is asked of something derived, whose occurrences are instants only. (derived.cc)
void report_no_properties(Context& context, Span span, std::string_view what);

/// The stream that counts the signal's occurrences.
hir::StreamId stream_of(Context& context, const Signal& signal);

/// Reports a signal or computed trait that reads itself: `a → b → a`, each with its place.
void report_cycle(Context& context, const Declared& declared);

/// Reports signals or computed traits inside each other, more than kSignalChainMax of them.
bool chain_too_long(Context& context, const Declared& declared, size_t length);

/// A name that nothing visible has.
void report_unknown(Context& context, const Scope& scope, const ast::Name& name,
                    std::string_view sort);

/// What a declared name is where an event or signal is needed.
void report_no_signal(Context& context, const Declared& declared, Span span);

}  // namespace segue::sema
