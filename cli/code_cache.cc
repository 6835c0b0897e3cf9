#include "cli/code_cache.h"

#include <cstdlib>

namespace segue::cli {
namespace {

std::string absolute(const char* path) { return path != nullptr && path[0] == '/' ? path : ""; }

}  // namespace

std::string code_cache_folder() {
  const char* own = std::getenv("SEGUE_CACHE_DIR");
  if (own != nullptr) return own;
  const std::string caches = absolute(std::getenv("XDG_CACHE_HOME"));
  if (!caches.empty()) return caches + "/segue";
  const std::string home = absolute(std::getenv("HOME"));
  return home.empty() ? "" : home + "/.cache/segue";
}

}  // namespace segue::cli
