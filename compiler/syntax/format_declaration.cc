#include <algorithm>

#include "compiler/syntax/format_walker.h"

namespace segue {

void FormatWalker::declaration(const ast::Decl& declaration) {
  out_.hard();
  std::visit([this](const auto& one) { put(one); }, declaration.node);
  until(declaration.span.end);
  tokens_.trailing_comments(out_);
}

void FormatWalker::put(const ast::EventDecl& one) {
  until(one.name.span.end);
  out_.open(kIndent);
  for (size_t i = 0; i < one.wire_names.size(); ++i) {
    if (i > 0) out_.soft();
    until(one.wire_names[i].span.end);
  }
  out_.close();
  if (one.has_body) fields(one.fields);
}

void FormatWalker::fields(const std::vector<ast::Field>& fields) {
  // On lines of their own when they do not fit, or stood so: `{` at the end of a line says that.
  const bool broken = tokens_.token(tokens_.index() + 1).starts_line && !fields.empty();
  out_.open(0, broken ? LineLayout::Style::kBroken : LineLayout::Style::kConsistent);
  tokens_.one(out_);
  out_.open(kIndent, LineLayout::Style::kIndent);
  for (const ast::Field& field : fields) {
    tokens_.soft_item(out_, &field == &fields.front());
    type(field.type);
    until(field.span.end);
    if (tokens_.next().words == ",") tokens_.drop();
    if (&field != &fields.back()) out_.flat_text(",");
  }
  tokens_.closing_comments(out_, fields.empty());
  out_.close();
  out_.soft(fields.empty());
  tokens_.one(out_);
  out_.close();
}

void FormatWalker::type(const ast::Type& type) {
  until(type.span.begin);
  const ast::TypeName* name = &type.name;
  while (name->kind == ast::TypeName::Kind::kList) name = name->item.get();
  until(name->span.begin);
  if (name->kind == ast::TypeName::Kind::kRecord) fields(name->fields);
  until(name->span.end);
  if (!type.limit) return;
  if (const auto* values = std::get_if<ast::Scalars>(&type.limit->bound)) {
    until(values->span.begin);
    plain_list();
  }
  until(type.limit->span.end);
}

void FormatWalker::put(const ast::TraitDecl& one) {
  if (one.type) type(*one.type);
  if (one.computed != nullptr) expr(*one.computed);
}

void FormatWalker::put(const ast::ParamDecl& one) {
  if (!one.limit) return;
  if (const auto* values = std::get_if<ast::Scalars>(&*one.limit)) {
    until(values->span.begin);
    plain_list();
  }
}

void FormatWalker::put(const ast::ListDecl& one) {
  if (!one.items) return;
  until(one.items->span.begin);
  plain_list();
}

void FormatWalker::put(const ast::SignalDecl& one) {
  until(one.name.span.end);
  if (one.param) tokens_.glue_next();
  until(one.signal.span.begin);
  filtered(one.signal);
}

void FormatWalker::put(const ast::FunnelDecl& one) { expr(*one.sequence); }

void FormatWalker::put(const ast::ScoreDecl& one) {
  until(one.title ? one.title->span.end : one.name.span.end);
  block([&] {
    bool first = true;
    const auto item = [&] {
      tokens_.item(out_, first);
      first = false;
    };
    for (const ast::ScoreHeader& header : one.headers) {
      item();
      until(header.span.end);
    }
    for (const ast::ScoreTerm& term : one.terms) {
      item();
      if (term.condition != nullptr) expr(*term.condition);
      if (term.occurrences != nullptr) expr(*term.occurrences);
      until(term.span.end);
    }
    for (const ast::Band& band : one.bands) {
      item();
      until(band.span.end);
    }
  });
}

void FormatWalker::put(const ast::SegmentDecl& one) {
  if (one.condition != nullptr) return expr(*one.condition);
  until(one.title ? one.title->span.end : one.name.span.end);
  block([&] {
    for (const ast::SegmentClause& clause : one.clauses) {
      tokens_.item(out_, &clause == &one.clauses.front());
      if (clause.condition != nullptr) expr(*clause.condition);
      until(clause.span.end);
    }
  });
}

void FormatWalker::put(const ast::TestDecl& one) {
  until(one.name.span.end);
  block([&] {
    bool first = true;
    const auto item = [&] {
      tokens_.item(out_, first);
      first = false;
    };
    for (const ast::TestSetup& setup : one.setups) {
      item();
      until(setup.span.end);
    }
    for (const ast::TestUser& each : one.users) {
      item();
      user(each);
    }
    for (const ast::Expectation& expectation : one.expectations) {
      item();
      until(expectation.span.end);
    }
  });
}

void FormatWalker::user(const ast::TestUser& user) {
  until(user.name.span.end);
  uint32_t time_width = 0;
  for (const ast::Happening& each : user.happenings) {
    const auto* offset = std::get_if<ast::Duration>(&each.at);
    const size_t width = offset != nullptr ? offset->written.size() + 1
                                           : std::get<ast::Instant>(each.at).written.size();
    time_width = std::max(time_width, static_cast<uint32_t>(width));
  }
  block([&] {
    for (const ast::Happening& each : user.happenings) {
      happening(each, time_width, &each == &user.happenings.front());
    }
  });
}

void FormatWalker::happening(const ast::Happening& happening, uint32_t time_width, bool first) {
  tokens_.item(out_, first);
  uint32_t pad = time_width + 2;
  if (const auto* offset = std::get_if<ast::Duration>(&happening.at)) {
    until(offset->span.end);
    --pad;  // the sign stands before the last text
  }
  out_.pad(pad);
  if (happening.properties) record(*happening.properties);
  until(happening.span.end);
}

void FormatWalker::record(const ast::Record& record) {
  until(record.span.begin);
  const bool empty = record.entries.empty();
  out_.open(0);
  tokens_.one(out_);
  out_.open(kIndent, LineLayout::Style::kIndent);
  if (!empty) out_.soft();
  for (const ast::RecordEntry& entry : record.entries) {
    value(entry.value);
    comma();
  }
  tokens_.closing_comments(out_, true);
  out_.close();
  out_.soft(empty);
  tokens_.one(out_);
  out_.close();
}

void FormatWalker::value(const ast::Value& value) {
  until(value.span.begin);
  if (const auto* nested = std::get_if<ast::Record>(&value.value)) record(*nested);
  if (const auto* items = std::get_if<std::vector<ast::Value>>(&value.value)) {
    bracketed([&] {
      for (const ast::Value& item : *items) {
        this->value(item);
        comma();
      }
    });
  }
  until(value.span.end);
}

void FormatWalker::put(const ast::LaterDecl& one) {
  // What stands in the braces has no grammar yet: its lines stay as they are.
  until(one.title ? one.title->span.end : one.name.span.end);
  tokens_.one(out_);
  const uint32_t begin = tokens_.token(tokens_.index() - 1).end;
  size_t last = tokens_.index();
  for (int depth = 1; depth > 0; ++last) {
    const std::string_view words = tokens_.token(last).words;
    depth += words == "{" ? 1 : words == "}" ? -1 : 0;
  }
  const uint32_t end = tokens_.token(last - 1).begin;
  std::string_view rest = text_.substr(begin, end - begin);
  bool first = true, spaced = false;
  while (!rest.empty()) {
    const size_t length = std::min(rest.find_first_of("\r\n"), rest.size());
    std::string_view line = rest.substr(0, length);
    line = line.substr(0, line.find_last_not_of(" \t") + 1);
    rest.remove_prefix(std::min(rest.size(), length + 1));
    const bool empty = line.find_first_not_of(" \t") == std::string_view::npos;
    if (first && !empty) {
      out_.blank();
      out_.text(line.substr(line.find_first_not_of(" \t")));
    } else if (!empty) {
      out_.hard(spaced);
      out_.text(line);
    }
    spaced = empty && !first;
    first = false;
  }
  const bool lines =
      text_.substr(begin, end - begin).find_first_of("\r\n") != std::string_view::npos;
  tokens_.skip_to(end);
  tokens_.take_comments();
  if (lines) out_.hard();
  tokens_.one(out_);
}

}  // namespace segue
