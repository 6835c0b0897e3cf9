// Tests: setups, users, expectations.
#include "compiler/syntax/antlr/builder.h"
#include "grammar/SegLexer.h"

namespace segue {

using segue_grammar::SegLexer;

ast::TestDecl AstBuilder::test(P::TestDeclContext* tree) {
  ast::TestDecl out;
  out.name = text(tree->TEXT());
  for (P::SetupContext* one : tree->setup()) {
    out.setups.push_back({param(one->PARAM()->getSymbol()), scalar(one->scalar()), span(one)});
  }
  for (P::TestUserContext* one : tree->testUser()) {
    ast::TestUser user;
    user.span = span(one);
    user.name = name(one->ownName());
    for (P::HappeningContext* line : one->happening()) user.happenings.push_back(happening(line));
    out.users.push_back(std::move(user));
  }
  for (P::ExpectationContext* one : tree->expectation()) {
    out.expectations.push_back(expectation(one));
  }
  return out;
}

ast::Happening AstBuilder::happening(P::HappeningContext* tree) {
  ast::Happening out;
  out.span = span(tree);
  if (tree->INSTANT() != nullptr) {
    out.at = instant_literal(tree->INSTANT()->getSymbol());
  } else {
    out.at = duration_literal(tree->DURATION()->getSymbol());
  }
  if (tree->NAME() != nullptr) out.event = name(tree->NAME()->getSymbol());
  if (tree->TEXT() != nullptr) out.event = name(tree->TEXT()->getSymbol());
  if (tree->plainWord() != nullptr) out.event = name(tree->plainWord());
  if (tree->ownName() != nullptr) out.alias = name(tree->ownName());
  if (tree->record() != nullptr) out.properties = record(tree->record());
  using Kind = ast::Happening::Kind;
  if (tree->SET() != nullptr) {
    out.kind = Kind::kSet;
  } else if (out.event.quoted || out.properties) {
    out.kind = Kind::kEvent;
  } else if (out.event.text == "alias") {
    out.kind = Kind::kAlias;
  } else if (out.event.text == "delete") {
    out.kind = Kind::kDelete;
  }
  return out;
}

ast::Expectation AstBuilder::expectation(P::ExpectationContext* tree) {
  using Kind = ast::Expectation::Kind;
  ast::Expectation out;
  out.span = span(tree);
  // Keywords and names may be the same word (`expect changes enters other …`), so the place
  // decides.
  const std::vector<P::OwnNameContext*> names = tree->ownName();
  if (names.empty()) return out;
  out.at = instant_literal(tree->INSTANT()->getSymbol());
  if (tree->signedNumber() != nullptr) {
    out.kind = Kind::kScore;
    out.target = name(names[0]);
    out.user = name(names[1]);
    out.value = signed_number(tree->signedNumber());
    return out;
  }
  out.user = name(names[0]);
  out.target = name(names[1]);
  out.kind = tree->ENTERS() != nullptr   ? Kind::kEnters
             : tree->LEAVES() != nullptr ? Kind::kLeaves
             : tree->NOT() != nullptr    ? Kind::kNotIn
                                         : Kind::kIn;
  return out;
}

ast::Record AstBuilder::record(P::RecordContext* tree) {
  ast::Record out;
  out.span = span(tree);
  const std::vector<P::KeyContext*> keys = tree->key();
  const std::vector<P::ValueContext*> values = tree->value();
  out.entries.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    out.entries.push_back({name(keys[i]), value(values[i])});
  }
  return out;
}

ast::Value AstBuilder::value(P::ValueContext* tree) {
  if (tree->scalar() != nullptr) return {scalar(tree->scalar()), span(tree)};
  if (tree->NULL_VALUE() != nullptr) return {ast::Null{}, span(tree)};
  if (tree->record() != nullptr) return {record(tree->record()), span(tree)};
  std::vector<ast::Value> items;
  for (P::ValueContext* item : tree->value()) items.push_back(value(item));
  return {std::move(items), span(tree)};
}

}  // namespace segue
