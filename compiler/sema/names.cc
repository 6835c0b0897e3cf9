#include "compiler/sema/names.h"

#include <fmt/format.h>

#include "compiler/sema/limits.h"

namespace segue::sema {

std::string_view noun(NameKind kind) {
  switch (kind) {
    case NameKind::kEvent:
      return "an event";
    case NameKind::kTrait:
      return "a trait";
    case NameKind::kSignal:
      return "a signal";
    case NameKind::kFunnel:
      return "a funnel";
    case NameKind::kScore:
      return "a score";
    case NameKind::kSegment:
      return "a segment";
    case NameKind::kList:
      return "a list";
    case NameKind::kParam:
      return "a parameter";
  }
  return "a name";
}

Space space_of(NameKind kind) {
  switch (kind) {
    case NameKind::kEvent:
    case NameKind::kTrait:
    case NameKind::kSignal:
    case NameKind::kFunnel:
    case NameKind::kScore:
      return Space::kOperands;
    case NameKind::kSegment:
      return Space::kSegments;
    case NameKind::kList:
      return Space::kLists;
    case NameKind::kParam:
      return Space::kParams;
  }
  return Space::kOperands;
}

void Names::collect(std::span<const ast::File> files, const CheckOptions& options,
                    Diagnostics& diagnostics) {
  see(files.size(), options.uses);
  for (size_t i = 0; i < files.size(); ++i) {
    for (const ast::Decl& decl : files[i].declarations) {
      declare(static_cast<uint32_t>(i), decl, diagnostics);
    }
  }
  declare_wires();
  for (const Space space : {Space::kOperands, Space::kSegments, Space::kLists, Space::kParams}) {
    report_twice(spaces_[static_cast<size_t>(space)], false, !options.allow_same_names,
                 diagnostics);
  }
  report_twice(event_wires_, true, false, diagnostics);
  report_twice(trait_wires_, true, false, diagnostics);
}

/// `use` is transitive, and a cycle of files is a group that sees itself.
void Names::see(size_t files, const std::vector<std::vector<uint32_t>>& uses) {
  visible_.assign(files, std::vector<bool>(files, uses.empty()));
  if (uses.empty()) {
    if (files > 0) joining_ = {0};
    return;
  }
  for (uint32_t from = 0; from < files; ++from) {
    std::vector<uint32_t> pending{from};
    if (!uses[from].empty()) joining_.push_back(from);
    visible_[from][from] = true;
    while (!pending.empty()) {
      const uint32_t file = pending.back();
      pending.pop_back();
      for (const uint32_t used : uses[file]) {
        if (visible_[from][used]) continue;
        visible_[from][used] = true;
        pending.push_back(used);
      }
    }
  }
}

void Names::declare(uint32_t file, const ast::Decl& decl, Diagnostics& diagnostics) {
  const auto add = [&](NameKind kind, const ast::Name& name) {
    declare(kind, file, decl, name, diagnostics);
  };
  if (const auto* event = decl.as<ast::EventDecl>()) add(NameKind::kEvent, event->name);
  if (const auto* trait = decl.as<ast::TraitDecl>()) add(NameKind::kTrait, trait->name);
  if (const auto* signal = decl.as<ast::SignalDecl>()) add(NameKind::kSignal, signal->name);
  if (const auto* funnel = decl.as<ast::FunnelDecl>()) add(NameKind::kFunnel, funnel->name);
  if (const auto* score = decl.as<ast::ScoreDecl>()) add(NameKind::kScore, score->name);
  if (const auto* segment = decl.as<ast::SegmentDecl>()) add(NameKind::kSegment, segment->name);
  if (const auto* list = decl.as<ast::ListDecl>()) add(NameKind::kList, list->name);
  if (const auto* param = decl.as<ast::ParamDecl>()) add(NameKind::kParam, param->name);
}

void Names::declare(NameKind kind, uint32_t file, const ast::Decl& decl, const ast::Name& name,
                    Diagnostics& diagnostics) {
  std::vector<Declared>& all = kinds_[index_of(kind)];
  if (all.size() == kDeclarationsMax) {
    diagnostics
        .add(Code::kE0501, name.span,
             fmt::format("more than {} declarations of {}", kDeclarationsMax, noun(kind)))
        .label("one too many");
  }
  if (all.size() > kDeclarationsMax) return;
  all.push_back({kind, file, static_cast<uint32_t>(all.size()), &decl, &name});
  spaces_[static_cast<size_t>(space_of(kind))][name.text].push_back(all.back());
}

void Names::declare_wires() {
  const auto add = [](Table& table, const Declared& declared, std::string_view wire_name) {
    std::vector<Declared>& with = table[wire_name];
    // A name repeated in one declaration is harmless.
    if (with.empty() || with.back().decl != declared.decl) with.push_back(declared);
  };
  for (const Declared& event : of(NameKind::kEvent)) {
    const auto& decl = *event.decl->as<ast::EventDecl>();
    if (decl.wire_names.empty()) add(event_wires_, event, decl.name.text);
    for (const ast::Text& wire_name : decl.wire_names) add(event_wires_, event, wire_name.value);
  }
  for (const Declared& trait : of(NameKind::kTrait)) {
    const auto& decl = *trait.decl->as<ast::TraitDecl>();
    if (decl.computed != nullptr) continue;
    add(trait_wires_, trait, decl.wire_name ? decl.wire_name->value : decl.name.text);
  }
}

/// For each declaration the earlier one that some file sees together with it.
std::vector<const Declared*> Names::clashes(const std::vector<Declared>& all,
                                            bool everywhere) const {
  std::vector<const Declared*> earlier(all.size(), nullptr);
  std::unordered_map<uint32_t, const Declared*> first_of_file;
  const Declared* first_shown = nullptr;
  for (size_t i = 0; i < all.size(); ++i) {
    const auto [first, added] = first_of_file.try_emplace(all[i].file, &all[i]);
    if (!added) earlier[i] = first->second;
    const bool shown = all[i].kind == NameKind::kSegment || all[i].kind == NameKind::kScore;
    if (everywhere && shown && earlier[i] == nullptr) earlier[i] = first_shown;
    if (shown && first_shown == nullptr) first_shown = &all[i];
  }
  for (const uint32_t file : joining_) {
    const Declared* first = nullptr;
    for (size_t i = 0; i < all.size(); ++i) {
      if (!visible_[file][all[i].file]) continue;
      if (first != nullptr && earlier[i] == nullptr) earlier[i] = first;
      if (first == nullptr) first = &all[i];
    }
  }
  return earlier;
}

void Names::report_twice(const Table& table, bool wires, bool everywhere,
                         Diagnostics& diagnostics) const {
  for (const auto& [text, all] : table) {
    if (all.size() < 2) continue;
    const std::vector<const Declared*> earlier = clashes(all, everywhere);
    for (size_t i = 1; i < all.size(); ++i) {
      const Declared* first = earlier[i];
      if (first == nullptr) continue;
      const std::string& name = all[i].name->text;
      // Two declarations of one event name also share its wire name: one report is enough.
      if (wires && first->name->text == name) continue;
      std::string message = wires ? fmt::format("`{}` and `{}` are both \"{}\" on the wire",
                                                first->name->text, name, text)
                                  : fmt::format("`{}` is declared twice", text);
      const bool by_library = diagnostics.is_quiet(all[i].name->span.file) &&
                              !diagnostics.is_quiet(first->name->span.file);
      const Declared& blamed = by_library ? *first : all[i];
      auto& found = diagnostics.add(Code::kE0201, blamed.name->span, std::move(message));
      found.label(fmt::format("here as {}", noun(blamed.kind)));
      if (by_library) {
        found.also(all[i].name->span, fmt::format("the library has {}", noun(all[i].kind)))
            .help(wires ? fmt::format("leave this out and say `{}`", name)
                        : "leave this out and use the library's, or give this one another name");
      } else {
        found.also(first->name->span, fmt::format("first declared here, as {}", noun(first->kind)));
      }
    }
  }
}

const Declared* Names::find(const Table& table, uint32_t file, std::string_view name) const {
  const auto found = table.find(name);
  if (found == table.end()) return nullptr;
  for (const Declared& declared : found->second) {
    if (visible_[file][declared.file]) return &declared;
  }
  return nullptr;
}

const Declared* Names::find(uint32_t file, Space space, std::string_view name) const {
  return find(spaces_[static_cast<size_t>(space)], file, name);
}

const Declared* Names::find_event(uint32_t file, std::string_view wire_name) const {
  return find(event_wires_, file, wire_name);
}

const Declared* Names::find_trait(uint32_t file, std::string_view wire_name) const {
  return find(trait_wires_, file, wire_name);
}

const Declared* Names::find_elsewhere(Space space, std::string_view name) const {
  const Table& table = spaces_[static_cast<size_t>(space)];
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second.front();
}

std::vector<std::string> Names::near(uint32_t file, Space space, std::string_view name) {
  if (near_left_-- <= 0) return {};
  std::vector<std::string> candidates;
  for (const auto& [text, all] : spaces_[static_cast<size_t>(space)]) {
    if (find(file, space, text) != nullptr) candidates.emplace_back(text);
  }
  return nearest_names(name, candidates);
}

}  // namespace segue::sema
