#include "compiler/syntax/antlr/builder.h"

namespace segue {

ast::Decl AstBuilder::declaration(P::DeclarationContext* tree) {
  return {declaration_node(tree), {}, span(tree)};
}

ast::Decl::Node AstBuilder::declaration_node(P::DeclarationContext* tree) {
  if (auto* one = tree->segmentDecl()) return segment(one);
  if (auto* one = tree->signalDecl()) return signal(one);
  if (auto* one = tree->eventDecl()) return event(one);
  if (auto* one = tree->traitDecl()) return trait(one);
  if (auto* one = tree->testDecl()) return test(one);
  if (auto* one = tree->scoreDecl()) return score(one);
  if (auto* one = tree->paramDecl()) return param_decl(one);
  if (auto* one = tree->listDecl()) return list(one);
  if (auto* one = tree->useDecl()) return use(one);
  if (auto* one = tree->zoneDecl()) return zone(one);
  if (auto* one = tree->funnelDecl()) {
    return ast::FunnelDecl{name(one->ownName()), condition(one->condition())};
  }
  return later(tree->laterDecl());
}

ast::UseDecl AstBuilder::use(P::UseDeclContext* tree) {
  if (tree->TEXT() != nullptr) return {std::nullopt, text(tree->TEXT())};
  return {path(tree->ownPath()), std::nullopt};
}

ast::ZoneDecl AstBuilder::zone(P::ZoneDeclContext* tree) {
  if (tree->TEXT() != nullptr) return {text(tree->TEXT()), std::nullopt};
  return {std::nullopt, name(tree->key())};
}

ast::EventDecl AstBuilder::event(P::EventDeclContext* tree) {
  ast::EventDecl out;
  out.name = name(tree->word());
  for (Node* wire_name : tree->TEXT()) out.wire_names.push_back(text(wire_name));
  if (tree->fields() != nullptr) {
    out.has_body = true;
    out.fields = fields(tree->fields());
  }
  return out;
}

std::vector<ast::Field> AstBuilder::fields(P::FieldsContext* tree) {
  std::vector<ast::Field> out;
  for (P::FieldContext* field : tree->field()) {
    out.push_back(
        {name(field->key()), optional_text(field->TEXT()), type(field->type()), span(field)});
  }
  return out;
}

ast::Type AstBuilder::type(P::TypeContext* tree) {
  ast::Type out;
  out.span = span(tree);
  out.name = type_name(tree->typeName());
  out.optional = tree->QUESTION() != nullptr;
  if (tree->limit() != nullptr) out.limit = limit(tree->limit());
  return out;
}

ast::TypeName AstBuilder::type_name(P::TypeNameContext* tree) {
  ast::TypeName out;
  out.span = span(tree);
  if (tree->LIST() != nullptr) {
    out.kind = ast::TypeName::Kind::kList;
    out.item = std::make_unique<ast::TypeName>(type_name(tree->typeName()));
  } else if (tree->fields() != nullptr) {
    out.kind = ast::TypeName::Kind::kRecord;
    out.fields = fields(tree->fields());
  } else {
    out.name = name(tree->start);
  }
  return out;
}

ast::Limit AstBuilder::limit(P::LimitContext* tree) {
  ast::Limit out;
  out.span = span(tree);
  if (tree->compare() != nullptr) {
    out.compare = compare(tree->compare());
    out.bound = signed_number(tree->signedNumber());
  } else if (tree->scalars() != nullptr) {
    out.bound = scalars(tree->scalars());
  } else {
    out.bound = range(tree->range());
  }
  return out;
}

ast::TraitDecl AstBuilder::trait(P::TraitDeclContext* tree) {
  ast::TraitDecl out;
  out.name = name(tree->word());
  out.wire_name = optional_text(tree->TEXT());
  if (tree->type() != nullptr) out.type = type(tree->type());
  if (tree->condition() != nullptr) out.computed = condition(tree->condition());
  return out;
}

ast::ParamDecl AstBuilder::param_decl(P::ParamDeclContext* tree) {
  ast::ParamDecl out;
  out.name = name(tree->ownName());
  out.value = scalar(tree->scalar());
  if (tree->range() != nullptr) out.limit = range(tree->range());
  if (tree->scalars() != nullptr) out.limit = scalars(tree->scalars());
  return out;
}

ast::ListDecl AstBuilder::list(P::ListDeclContext* tree) {
  ast::ListDecl out;
  out.name = name(tree->ownName());
  out.file = optional_text(tree->TEXT());
  if (tree->scalars() != nullptr) out.items = scalars(tree->scalars());
  return out;
}

ast::SignalDecl AstBuilder::signal(P::SignalDeclContext* tree) {
  ast::SignalDecl out;
  out.name = name(tree->word());
  if (tree->PARAM() != nullptr) out.param = param(tree->PARAM()->getSymbol());
  out.signal = filtered(tree->filtered());
  return out;
}

ast::LaterDecl AstBuilder::later(P::LaterDeclContext* tree) {
  return {name(tree->start), name(tree->ownName()), optional_text(tree->TEXT())};
}

}  // namespace segue
