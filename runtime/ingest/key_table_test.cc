#include "runtime/ingest/key_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace segue {
namespace {

uint32_t find(const KeyTable& table, const std::string& key) { return table.find_unpadded(key); }

TEST(KeyTable, AnEmptyOneFindsNothing) {
  EXPECT_EQ(find(KeyTable(), ""), KeyTable::kNone);
  EXPECT_EQ(find(KeyTable(), "a"), KeyTable::kNone);
}

TEST(KeyTable, NumbersNamesInTheOrderGiven) {
  std::vector<std::string> names = {"", "a", "ab", "b", "12345678", "123456789", "12345678x"};
  names.push_back(std::string("a\0", 2));
  names.push_back(std::string(100, 'x'));
  names.push_back(std::string(100, 'x') + "y");
  const KeyTable table(names);
  for (uint32_t i = 0; i < names.size(); ++i) EXPECT_EQ(find(table, names[i]), i) << names[i];
  for (const char* other : {"c", "abc", "1234567", "123456780", "xxxxxxxxxxx", "12345678y"}) {
    EXPECT_EQ(find(table, other), KeyTable::kNone) << other;
  }
}

TEST(KeyTable, HoldsThousands) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("Event Number " + std::to_string(i));
  const KeyTable table(names);
  for (uint32_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(find(table, names[i]), i);
    EXPECT_EQ(find(table, names[i] + "!"), KeyTable::kNone);
  }
}

TEST(KeyTable, BytesBehindAKeyDoNotCount) {
  const std::vector<std::string> names = {"abc"};
  const KeyTable table(names);
  const std::string line = "abcdefghijklmnopqrstuvwxyz";
  EXPECT_EQ(table.find(std::string_view(line).substr(0, 3)), 0u);
  EXPECT_EQ(table.find(std::string_view(line).substr(0, 4)), KeyTable::kNone);
}

}  // namespace
}  // namespace segue
