#include "runtime/interp/json_part.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace segue::interp {
namespace {

/// The part of a record at keys that are texts of an image.
struct Parts {
  image::Tables tables;
  image::View view;
  Arena arena;

  Value at(std::string_view json, const std::vector<std::string>& keys) {
    std::vector<uint32_t> path;
    for (const std::string& key : keys) path.push_back(tables.add_text(key));
    view.texts = tables.texts;
    view.strings = {tables.strings.data(), tables.strings.size()};
    const Value item{.tag = ValueTag::kRecord, .text = json};
    return part_of(item, path, view, arena);
  }
};

TEST(JsonPart, LeadsDownIntoRecords) {
  Parts parts;
  const std::string_view json =
      R"({ "a" : 1.50, "b": {"c": [true , null, {"d":"x"}], "e":{}}, "t" : false,"a":"last" })";
  EXPECT_EQ(parts.at(json, {"a"}).text, "last");
  EXPECT_EQ(parts.at(json, {"t"}).tag, ValueTag::kFalse);
  const Value list = parts.at(json, {"b", "c"});
  ASSERT_EQ(list.tag, ValueTag::kList);
  ASSERT_EQ(list.items.size(), 3u);
  EXPECT_EQ(list.items[0].tag, ValueTag::kTrue);
  EXPECT_EQ(list.items[1].tag, ValueTag::kMissing);
  EXPECT_EQ(list.items[2].text, R"({"d":"x"})");
  EXPECT_EQ(parts.at(json, {"b", "e"}).tag, ValueTag::kRecord);
  EXPECT_EQ(parts.at(json, {"b", "e", "f"}).tag, ValueTag::kAbsent);
  EXPECT_EQ(parts.at(json, {"a", "b"}).tag, ValueTag::kAbsent);
  EXPECT_EQ(parts.at(R"({"n":-2.5e1})", {"n"}).number, -25);
}

TEST(JsonPart, ReadsEscapes) {
  Parts parts;
  EXPECT_EQ(parts.at(R"({"\u0061":"q\"\\\/\n\u00e9\u20ac\ud83d\ude00"})", {"a"}).text,
            "q\"\\/\n\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(parts.at(R"({"a":"}]{\"b\":1","c":2})", {"c"}).number, 2);
}

TEST(JsonPart, OfWhatIsNoJsonFindsNothingAndStopsAtItsEnd) {
  Parts parts;
  const std::string whole = R"({"a":{"b":["x\u00e9",1,{"c":2}]}})";
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut(whole, 0, size);
    parts.at(cut, {"a", "b"});
    parts.at(cut, {"a"});
  }
  EXPECT_EQ(parts.at("", {"a"}).tag, ValueTag::kAbsent);
  EXPECT_EQ(parts.at("[1]", {"a"}).tag, ValueTag::kAbsent);
  EXPECT_TRUE(parts.at(whole, {}).tag == ValueTag::kRecord);
}

}  // namespace
}  // namespace segue::interp
