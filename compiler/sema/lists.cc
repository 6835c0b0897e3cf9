// Lists: inline, or the first column of a CSV file.
#include <fmt/format.h>

#include "compiler/sema/csv.h"
#include "compiler/sema/declarations.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/source/source.h"

namespace segue::sema {

namespace {

bool too_many(Context& context, size_t count, Span span) {
  if (count <= kListItemsMax) return false;
  context.report(Code::kE0501, span, fmt::format("a list of {} items", count))
      .label(fmt::format("the limit is {}", kListItemsMax));
  return true;
}

List list_of(Context& context, const Scope& scope, const ast::Scalars& scalars) {
  List list;
  list.failed = too_many(context, scalars.items.size(), scalars.span);
  if (list.failed) return list;
  for (const ast::Scalar& scalar : scalars.items) {
    list.items.push_back(constant(context, scope, scalar));
    list.failed = list.failed || list.items.back().failed;
  }
  return list;
}

/// The text of the file; empty if it was reported.
const SourceFile* file_of(Context& context, uint32_t file, const ast::Text& written, SourceId& id) {
  const ListFiles& files = context.options.list_files;
  const auto found = files.find({file, written.value});
  const bool known = found != files.end() && context.options.sources != nullptr;
  if (!known || !found->second.id.valid()) {
    context
        .report(Code::kE0219, written.span,
                fmt::format("cannot read `{}`", known ? found->second.path : written.value))
        .label(known ? found->second.error : "rules that are no file have no folder to look in");
    return nullptr;
  }
  id = found->second.id;
  const SourceFile& source = context.options.sources->file(id);
  if (!source.oversized()) return &source;
  context.report(Code::kE0501, written.span, fmt::format("`{}` is too large", found->second.path))
      .label(fmt::format("the limit is {} bytes", kSourceBytesMax));
  return nullptr;
}

/// Items are texts, numbers too: ids and codes are compared as they are written.
List list_from(Context& context, uint32_t file, const ast::ListDecl& decl) {
  List list;
  list.failed = true;
  SourceId id;
  const SourceFile* source = file_of(context, file, *decl.file, id);
  if (source == nullptr) return list;
  // A header is no item.
  Csv csv = first_column(source->text(), size_t{kListItemsMax} + 1);
  if (!csv.error.empty()) {
    context.report(Code::kE0219, {id, csv.error_at, csv.error_at + 1}, csv.error)
        .label("not as RFC 4180 has it")
        .also(decl.name.span, "the list")
        .help("a field with a comma or a quote stands in quotes, a quote in it is written twice");
    return list;
  }
  if (!csv.items.empty() && csv.items.front().text == decl.name.text) {
    csv.items.erase(csv.items.begin());
  }
  if (csv.items.size() > kListItemsMax) {
    const CsvItem& item = csv.items[kListItemsMax];
    context
        .report(Code::kE0501, {id, item.begin, item.end},
                fmt::format("list `{}` has more than {} items", decl.name.text, kListItemsMax))
        .label("one too many")
        .also(decl.name.span, "the list");
    return list;
  }
  list.failed = false;
  for (const CsvItem& item : csv.items) {
    list.items.push_back(text_constant(context, item.text, {id, item.begin, item.end}));
    list.failed = list.failed || list.items.back().failed;
  }
  return list;
}

}  // namespace

void check_lists(Context& context) {
  for (const Declared& declared : context.names.of(NameKind::kList)) {
    const auto& decl = *declared.decl->as<ast::ListDecl>();
    const Scope scope = context.scope_of(declared.file);
    context.lists.push_back(decl.items ? list_of(context, scope, *decl.items)
                                       : list_from(context, declared.file, decl));
  }
}

}  // namespace segue::sema
