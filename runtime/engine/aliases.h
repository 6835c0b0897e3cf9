#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

namespace segue {

/// Which ids are other names of a user, as of now. Cost of asking about an id that is none: a look
/// at a table of hashes. Memory: some 300 bytes an alias.
class Aliases {
 public:
  bool empty() const { return user_of_.empty(); }

  /// Who has the id: the user it is another name of, else itself. `hash` is `hash64(id)`. Lives
  /// until the next change.
  std::string_view user_of(std::string_view id, uint64_t hash) const;

  /// All names of one user are names of another; both are no aliases.
  void join(std::string_view previous, std::string_view user);

  /// Forgets a user's names, and returns them, itself among them.
  std::vector<std::string> forget(std::string_view user);

  /// By alias, ascending: what is kept of it, beyond a process too.
  const std::map<std::string, std::string, std::less<>>& all() const { return user_of_; }

 private:
  std::map<std::string, std::string, std::less<>> user_of_;
  std::map<std::string, std::vector<std::string>, std::less<>> names_of_;  // without the user's own
  tsl::robin_map<uint64_t, uint32_t> hashes_;                              // of aliases: how many
};

}  // namespace segue
