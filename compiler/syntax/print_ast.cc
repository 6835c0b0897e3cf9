#include "compiler/syntax/print_ast.h"

#include "compiler/syntax/ast_printer.h"
#include "compiler/syntax/spell.h"

namespace segue {

namespace {

std::string title(const std::optional<ast::Text>& text) { return text ? spell(*text) : ""; }

}  // namespace

std::string print_ast(const ast::File& file) { return AstPrinter().print(file); }

std::string AstPrinter::print(const ast::File& file) {
  for (const ast::Decl& one : file.declarations) declaration(one);
  return std::move(out_);
}

void AstPrinter::line(std::initializer_list<std::string_view> words) {
  out_.append(2 * depth_, ' ');
  rest(words);
}

void AstPrinter::rest(std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (word.empty()) continue;
    if (!out_.empty() && out_.back() != ' ' && out_.back() != '\n') out_ += " ";
    out_ += word;
  }
  out_ += "\n";
}

void AstPrinter::declaration(const ast::Decl& declaration) {
  std::visit([this](const auto& one) { put(one); }, declaration.node);
  const Indent indent(*this);
  if (!declaration.docs.empty()) line({"docs", quote(declaration.docs)});
}

void AstPrinter::put(const ast::UseDecl& one) {
  line({"use", one.library ? spell(*one.library) : spell(*one.file)});
}

void AstPrinter::put(const ast::ZoneDecl& one) {
  line({"zone", one.zone ? spell(*one.zone) : "user." + spell(*one.user_trait)});
}

void AstPrinter::put(const ast::EventDecl& one) {
  line({"event", spell(one.name), one.has_body ? "with body" : ""});
  const Indent indent(*this);
  for (const ast::Text& wire_name : one.wire_names) line({"wire", spell(wire_name)});
  fields(one.fields);
}

void AstPrinter::fields(const std::vector<ast::Field>& fields) {
  for (const ast::Field& field : fields) {
    type(field.type, "field " + spell(field.name) +
                         (field.wire_name ? " wire " + spell(*field.wire_name) : ""));
  }
}

void AstPrinter::type(const ast::Type& type, std::string head) {
  std::string words;
  const ast::TypeName* name = &type.name;
  for (; name->kind == ast::TypeName::Kind::kList; name = name->item.get()) words += "list of ";
  words += name->kind == ast::TypeName::Kind::kRecord ? "record" : spell(name->name);
  std::string limit;
  if (type.limit) {
    const bool compared = std::holds_alternative<ast::Number>(type.limit->bound);
    limit = compared ? std::string(ast::spelling(type.limit->compare.op)) : "in";
    limit += " " + spell(type.limit->bound);
  }
  line({head, words, type.optional ? "optional" : "", limit});
  const Indent indent(*this);
  fields(name->fields);
}

void AstPrinter::put(const ast::TraitDecl& one) {
  const std::string wire = one.wire_name ? " wire " + spell(*one.wire_name) : "";
  const std::string head = "trait " + spell(one.name) + wire;
  if (one.type) return type(*one.type, head);
  line({head, "computed"});
  const Indent indent(*this);
  expr(*one.computed);
}

void AstPrinter::put(const ast::ParamDecl& one) {
  line({"param", spell(one.name), spell(one.value), one.limit ? "in" : "",
        one.limit ? spell(*one.limit) : ""});
}

void AstPrinter::put(const ast::ListDecl& one) {
  line({"list", spell(one.name), one.file ? "from" : "",
        one.file ? spell(*one.file) : spell(*one.items)});
}

void AstPrinter::put(const ast::SignalDecl& one) {
  line({"signal", spell(one.name), one.param ? spell(*one.param) : ""});
  const Indent indent(*this);
  filtered(one.signal);
}

void AstPrinter::put(const ast::FunnelDecl& one) {
  line({"funnel", spell(one.name)});
  const Indent indent(*this);
  expr(*one.sequence);
}

void AstPrinter::put(const ast::ScoreDecl& one) {
  line({"score", spell(one.name), title(one.title)});
  const Indent indent(*this);
  for (const ast::ScoreHeader& each : one.headers) header(each);
  for (const ast::ScoreTerm& each : one.terms) term(each);
  for (const ast::Band& each : one.bands) {
    line({"band", spell(each.name), each.compare ? ast::spelling(each.compare->op) : "",
          each.compare ? spell(each.bound) : ""});
  }
}

void AstPrinter::header(const ast::ScoreHeader& header) {
  switch (header.kind) {
    case ast::ScoreHeader::Kind::kWithin:
      return line({"within", spell(*header.length)});
    case ast::ScoreHeader::Kind::kHalfLife:
      return line({"half_life", spell(*header.length)});
    case ast::ScoreHeader::Kind::kMin:
      return line({"min", spell(header.bound)});
    case ast::ScoreHeader::Kind::kMax:
      return line({"max", spell(header.bound)});
    case ast::ScoreHeader::Kind::kStage:
      return line({"stage", spell(header.key)});
    case ast::ScoreHeader::Kind::kGoal:
      return line({"goal", spell(header.text)});
    case ast::ScoreHeader::Kind::kMeta:
      return line({"meta", spell(header.key), spell(header.text)});
  }
}

void AstPrinter::term(const ast::ScoreTerm& term) {
  line({"term", term.negative ? "-" : "+", spell(term.points), term.once ? "once" : "",
        term.max_times ? "max" : "", term.max_times ? spell(*term.max_times) : ""});
  const Indent indent(*this);
  optional(term.condition, "if");
  if (term.occurrences != nullptr) expr(*term.occurrences);
}

void AstPrinter::put(const ast::SegmentDecl& one) {
  line({"segment", spell(one.name), title(one.title)});
  const Indent indent(*this);
  if (one.condition != nullptr) expr(*one.condition);
  for (const ast::SegmentClause& each : one.clauses) clause(each);
}

void AstPrinter::clause(const ast::SegmentClause& clause) {
  switch (clause.kind) {
    case ast::SegmentClause::Kind::kStage:
      return line({"stage", spell(clause.key)});
    case ast::SegmentClause::Kind::kGoal:
      return line({"goal", spell(clause.text)});
    case ast::SegmentClause::Kind::kWhen:
      return optional(clause.condition, "when");
    case ast::SegmentClause::Kind::kUntil:
      return optional(clause.condition, "until");
    case ast::SegmentClause::Kind::kStay:
      return line({"stay", spell(*clause.length)});
    case ast::SegmentClause::Kind::kCooldown:
      return line({"cooldown", spell(*clause.length)});
    case ast::SegmentClause::Kind::kMeta:
      return line({"meta", spell(clause.key), spell(clause.text)});
  }
}

void AstPrinter::put(const ast::TestDecl& one) {
  line({"test", spell(one.name)});
  const Indent indent(*this);
  for (const ast::TestSetup& each : one.setups)
    line({"with", spell(each.param), spell(each.value)});
  for (const ast::TestUser& user : one.users) {
    line({"user", spell(user.name)});
    const Indent deeper(*this);
    for (const ast::Happening& each : user.happenings) happening(each);
  }
  for (const ast::Expectation& each : one.expectations) expectation(each);
}

void AstPrinter::happening(const ast::Happening& happening) {
  const bool offset = std::holds_alternative<ast::Duration>(happening.at);
  const char* const head = offset ? "after" : "at";
  switch (happening.kind) {
    case ast::Happening::Kind::kEvent:
      line({head, spell(happening.at), "event", spell(happening.event)});
      break;
    case ast::Happening::Kind::kSet:
      line({head, spell(happening.at), "set"});
      break;
    case ast::Happening::Kind::kAlias:
    case ast::Happening::Kind::kDelete:
      line({head, spell(happening.at), happening.event.text,
            happening.alias ? spell(*happening.alias) : ""});
      break;
  }
  const Indent indent(*this);
  if (!happening.properties) return;
  line({"properties"});
  const Indent deeper(*this);
  for (const ast::RecordEntry& entry : happening.properties->entries) {
    value(entry.value, spell(entry.key));
  }
}

void AstPrinter::value(const ast::Value& value, std::string head) {
  if (const auto* scalar = std::get_if<ast::Scalar>(&value.value)) {
    return line({head, spell(*scalar)});
  }
  if (std::holds_alternative<ast::Null>(value.value)) return line({head, "null"});
  if (const auto* record = std::get_if<ast::Record>(&value.value)) {
    line({head, "record"});
    const Indent indent(*this);
    for (const ast::RecordEntry& entry : record->entries)
      this->value(entry.value, spell(entry.key));
    return;
  }
  line({head, "list"});
  const Indent indent(*this);
  for (const ast::Value& item : std::get<std::vector<ast::Value>>(value.value)) {
    this->value(item, "item");
  }
}

void AstPrinter::expectation(const ast::Expectation& one) {
  using Kind = ast::Expectation::Kind;
  const auto crossing = [&](std::string_view verb) {
    line({"expect", spell(one.user), verb, spell(one.target), "at", spell(one.at)});
  };
  switch (one.kind) {
    case Kind::kEnters:
      return crossing("enters");
    case Kind::kLeaves:
      return crossing("leaves");
    case Kind::kIn:
      return crossing("in");
    case Kind::kNotIn:
      return crossing("not in");
    case Kind::kScore:
      return line({"expect", spell(one.target), "of", spell(one.user), "=", spell(one.value), "at",
                   spell(one.at)});
    case Kind::kNoOtherChanges:
      return line({"expect", "no other changes"});
  }
}

void AstPrinter::put(const ast::LaterDecl& one) {
  line({"later", spell(one.keyword), spell(one.name), title(one.title)});
}

}  // namespace segue
