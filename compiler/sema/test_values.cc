#include "compiler/sema/test_values.h"

#include <fmt/format.h>

#include "compiler/sema/literals.h"
#include "compiler/sema/properties.h"
#include "runtime/base/text.h"

namespace segue::sema {

using hir::TestValue;
using hir::Type;

namespace {

TestValue text(std::string words) {
  TestValue value;
  value.kind = TestValue::Kind::kText;
  value.text = std::move(words);
  return value;
}

/// Dates and instants are what a wire would carry: texts.
TestValue scalar(Context& context, const Scope& scope, const ast::Scalar& written_scalar) {
  const Constant constant = sema::constant(context, scope, written_scalar);
  TestValue value;
  if (constant.failed) return value;
  if (constant.day) return text(constant.literal.text);
  switch (constant.literal.type) {
    case Type::kTruth:
      value.kind = TestValue::Kind::kTruth;
      value.truth = constant.literal.truth;
      return value;
    case Type::kNumber:
      value.kind = TestValue::Kind::kNumber;
      value.text = constant.literal.text;
      return value;
    case Type::kText:
      return text(constant.literal.text);
    case Type::kInstant:
      return text(instant_text(constant.literal.instant));
    default:
      context
          .report(Code::kE0314, constant.span,
                  fmt::format("{} as the value of a property", noun(constant)))
          .label("JSON knows none")
          .help("as a text or a number, like on the wire");
      return value;
  }
}

TestValue record_value(Context& context, const Scope& scope, const ast::Record& record,
                       const std::vector<ast::Field>* fields);

TestValue value_of(Context& context, const Scope& scope, const ast::Value& written,
                   const ast::TypeName* type) {
  if (const auto* one = std::get_if<ast::Scalar>(&written.value)) {
    return scalar(context, scope, *one);
  }
  if (std::holds_alternative<ast::Null>(written.value)) return {};  // missing
  if (const auto* record = std::get_if<ast::Record>(&written.value)) {
    const bool known = type != nullptr && type->kind == ast::TypeName::Kind::kRecord;
    return record_value(context, scope, *record, known ? &type->fields : nullptr);
  }
  const bool known = type != nullptr && type->kind == ast::TypeName::Kind::kList;
  TestValue list;
  list.kind = TestValue::Kind::kList;
  for (const ast::Value& item : std::get<std::vector<ast::Value>>(written.value)) {
    list.items.push_back(value_of(context, scope, item, known ? type->item.get() : nullptr));
  }
  return list;
}

void add(Context& context, TestValue& record, std::string key, TestValue value, Span span) {
  for (const auto& [known, other] : record.fields) {
    if (known != key) continue;
    context.report(Code::kE0314, span, fmt::format("`{}` has two values", key))
        .label("a record names each key once");
    return;
  }
  record.fields.push_back({std::move(key), std::move(value)});
}

TestValue record_value(Context& context, const Scope& scope, const ast::Record& record,
                       const std::vector<ast::Field>* fields) {
  TestValue value;
  value.kind = TestValue::Kind::kRecord;
  for (const ast::RecordEntry& entry : record.entries) {
    const ast::Field* field = fields == nullptr ? nullptr : find_field(*fields, entry.key);
    std::string key = field == nullptr ? entry.key.text : wire_name_of(*field);
    add(context, value, std::move(key),
        value_of(context, scope, entry.value, field == nullptr ? nullptr : &field->type.name),
        entry.key.span);
  }
  return value;
}

}  // namespace

TestValue property_values(Context& context, const Scope& scope, const ast::Record& record,
                          const std::vector<ast::Field>* fields) {
  return record_value(context, scope, record, fields);
}

TestValue trait_values(Context& context, const Scope& scope, const ast::Record& record) {
  TestValue value;
  value.kind = TestValue::Kind::kRecord;
  for (const ast::RecordEntry& entry : record.entries) {
    const Declared* declared = find_trait(context, scope, entry.key);
    const auto* decl = declared == nullptr ? nullptr : declared->decl->as<ast::TraitDecl>();
    const bool typed = decl != nullptr && decl->type.has_value();
    std::string key = entry.key.text;
    if (typed && decl->wire_name) key = decl->wire_name->value;
    if (typed && !decl->wire_name) key = decl->name.text;
    add(context, value, std::move(key),
        value_of(context, scope, entry.value, typed ? &decl->type->name : nullptr), entry.key.span);
  }
  return value;
}

}  // namespace segue::sema
