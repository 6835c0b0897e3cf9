#include "runtime/engine/aliases.h"

#include <utility>

#include "runtime/base/hash.h"

namespace segue {

std::string_view Aliases::user_of(std::string_view id, uint64_t hash) const {
  if (hashes_.find(hash) == hashes_.end()) return id;
  const auto found = user_of_.find(id);
  return found == user_of_.end() ? id : std::string_view(found->second);
}

void Aliases::join(std::string_view previous, std::string_view user) {
  std::vector<std::string> names;
  if (auto more = names_of_.extract(std::string(previous)); !more.empty()) {
    names = std::move(more.mapped());
  }
  names.emplace_back(previous);
  ++hashes_[hash64(previous)];
  std::vector<std::string>& of_user = names_of_[std::string(user)];
  for (std::string& name : names) {
    user_of_[name] = user;
    of_user.push_back(std::move(name));
  }
}

std::vector<std::string> Aliases::forget(std::string_view user) {
  std::vector<std::string> names;
  if (auto all = names_of_.extract(std::string(user)); !all.empty())
    names = std::move(all.mapped());
  for (const std::string& name : names) {
    user_of_.erase(name);
    const auto hash = hashes_.find(hash64(name));
    if (--hash.value() == 0) hashes_.erase(hash);
  }
  names.emplace_back(user);
  return names;
}

}  // namespace segue
