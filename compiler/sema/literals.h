// Literals, and the parameters that stand in their place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/sema/context.h"

namespace segue::sema {

/// The value of a literal or parameter; `failed` if it was reported.
Constant constant(Context& context, const Scope& scope, const ast::Scalar& scalar);
Constant constant(Context& context, const Scope& scope, const ast::Param& param);
Constant text_constant(Context& context, const std::string& text, Span span);
Constant number_constant(const ast::Number& number);

/// The same with a minus before it.
Constant signed_constant(Context& context, const Scope& scope, const ast::Scalar& scalar,
                         bool negated);

/// Changes the sign of a number, digits and all.
void negate_number(hir::Literal& literal);

bool same_type(const Constant& a, const Constant& b);
/// -1, 0 or 1, of two of one type.
int order_of(const Constant& a, const Constant& b);

/// As a rule would write it.
std::string written(const Constant& constant);

/// "a number", "a text", "a date", …
std::string_view noun(const Constant& constant);
std::string_view noun(hir::Type type);
/// The same without its article, for labels.
std::string bare(std::string_view noun);

/// A constant that must be a duration, longer than nothing unless `zero_allowed`.
std::optional<Duration> duration(Context& context, const Scope& scope,
                                 const ast::DurationArg& argument, bool zero_allowed = false);

/// A constant that must be a number.
std::optional<Constant> number(Context& context, const Scope& scope,
                               const ast::NumberArg& argument);

/// A constant that must be a whole number in low..high; `what` is how the message calls it, as
/// "the number of days".
std::optional<uint32_t> whole_number(Context& context, const Scope& scope,
                                     const ast::NumberArg& argument, uint32_t low, uint32_t high,
                                     std::string_view what);

/// An instant as written; without an offset by the zone of the file.
Instant instant(const Scope& scope, const ast::Instant& written);

/// Where a day begins in the zone of the file, and where the next one does.
Instant day_begin(const Scope& scope, LocalDay day);
Instant day_end(const Scope& scope, LocalDay day);

/// A constant as an expression; a day stays one.
Operand operand_of(Context& context, const Constant& constant, Span span);

/// `name` of `--param name=value`, read like the declared value; `failed` and no report if it does
/// not fit.
Constant parse_param(const Scope& scope, const std::string& value, const Constant& like);

}  // namespace segue::sema
