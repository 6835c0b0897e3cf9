#include "cli/code_cache.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace segue::cli {
namespace {

void set(const char* name, const char* value) {
  if (value == nullptr) {
    unsetenv(name);
  } else {
    setenv(name, value, 1);
  }
}

std::string folder_of(const char* own, const char* caches, const char* home) {
  set("SEGUE_CACHE_DIR", own);
  set("XDG_CACHE_HOME", caches);
  set("HOME", home);
  return code_cache_folder();
}

TEST(CodeCache, FollowsTheVariablesInTheirOrder) {
  EXPECT_EQ(folder_of("own", "/caches", "/ann"), "own");
  EXPECT_EQ(folder_of("", "/caches", "/ann"), "");
  EXPECT_EQ(folder_of(nullptr, "/caches", "/ann"), "/caches/segue");
  EXPECT_EQ(folder_of(nullptr, "caches", "/ann"), "/ann/.cache/segue");
  EXPECT_EQ(folder_of(nullptr, "", "/ann"), "/ann/.cache/segue");
  EXPECT_EQ(folder_of(nullptr, nullptr, nullptr), "");
}

}  // namespace
}  // namespace segue::cli
