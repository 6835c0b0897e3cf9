#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "runtime/image/assemble.h"
#include "runtime/image/op_info.h"
#include "runtime/image/view.h"

namespace segue::image {
namespace {

using testing::HasSubstr;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Tables tables_of(std::string_view text) {
  Result<Tables> tables = assemble(text);
  EXPECT_TRUE(tables.has_value()) << (tables ? "" : tables.error().message);
  return tables ? *std::move(tables) : Tables();
}

std::string open_error(const Tables& tables) {
  const Result<Image> image = Image::open(tables.finish());
  return image ? "" : image.error().message;
}

std::vector<std::filesystem::path> samples() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/images")) {
    if (entry.path().extension() == ".image") paths.push_back(entry.path());
  }
  return paths;
}

TEST(Image, PrintedTextIsAssembledToTheSameText) {
  ASSERT_GE(samples().size(), 3u);
  for (const auto& path : samples()) {
    SCOPED_TRACE(path);
    const Result<Image> image = Image::open(tables_of(read(path)).finish());
    ASSERT_TRUE(image) << image.error().message;
    const std::string text = print(image->view());
    const Result<Image> again = Image::open(tables_of(text).finish());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(print(again->view()), text);
  }
}

TEST(Image, SamplesNameEveryOpAndEveryKindOfCell) {
  std::set<Op> ops;
  std::set<CellKind> kinds;
  for (const auto& path : samples()) {
    const Tables tables = tables_of(read(path));
    for (const OpRow& row : tables.ops) ops.insert(row.op);
    for (const CellRow& row : tables.cells) kinds.insert(row.kind);
  }
  for (uint32_t i = 0; i < kOpCount; ++i) {
    EXPECT_TRUE(ops.contains(static_cast<Op>(i))) << op_info(static_cast<Op>(i)).name;
  }
  for (uint32_t i = 0; i < kCellKindCount; ++i) {
    EXPECT_TRUE(kinds.contains(static_cast<CellKind>(i))) << name_of(static_cast<CellKind>(i));
  }
}

TEST(Image, SchemaSaysWhatIsRead) {
  const Result<Image> image = Image::open(tables_of(read("tests/images/segments.image")).finish());
  ASSERT_TRUE(image) << image.error().message;
  const InputSchema schema = image->schema();
  ASSERT_EQ(schema.kinds.size(), 3u);
  EXPECT_EQ(schema.kinds[2].wire_name, "page_viewed");
  EXPECT_EQ(schema.kind_of("page_viewed"), KindId{2});
  EXPECT_EQ(schema.kind_of("other"), kOtherKind);
  EXPECT_EQ(schema.local_slot(KindId{2}, 1), 0);
  EXPECT_EQ(schema.local_slot(KindId{2}, 0), -1);
  ASSERT_EQ(schema.slots.size(), 2u);
  EXPECT_TRUE(schema.slots[0].is_trait);
  EXPECT_EQ(schema.slots[1].path, std::vector<std::string>{"path"});
}

TEST(Image, EqualTablesAreEqualBytes) {
  const std::string text = read("tests/images/sequence.image");
  const Result<Image> a = Image::open(tables_of(text).finish());
  const Result<Image> b = Image::open(tables_of(text).finish());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->identity(), b->identity());
}

/// One line of a sample replaced by another, and what `open` says of the result.
struct Wrong {
  std::string_view line;
  std::string_view instead;
  std::string_view message;
};

constexpr Wrong kWrong[] = {
    {"node 1 B place 1 timed held 2 segment 1", "node 1 B place 0 timed held 2 segment 1",
     "bit 0 is not free"},
    {"node 3 N place 104", "node 3 N place 96", "two things at 96"},
    {"node 3 N place 104", "node 3 N place 108", "not in words"},
    {"cell 2 held source 1 horizon 259200000 at 96 bytes 6",
     "cell 2 held source 1 horizon 259200000 at 96 bytes 8", "cells like it have 6"},
    {"cell 1 newest source 1 k 3 at 72 bytes 18", "cell 1 newest source 1 k 2 at 72 bytes 12",
     "newest 3 of 2"},
    {"cell 1 newest source 1 k 3 at 72 bytes 18", "cell 1 newest source 0 k 3 at 72 bytes 18",
     "is not its"},
    {"cell 1 newest source 1 k 3 at 72 bytes 18", "cell 1 log source 1 cap 3 at 72 bytes 16",
     "a horizon of 0 ms"},
    {"  node 0", "  node 1", "is not earlier"},
    {"  held c2", "  held c1", "reads a cell of kind `held`, not `newest`"},
    {"  held c2", "  truth 1\n  held c2", "does not leave one B"},
    {"  starts-with 0", "  contains 2", "2 of 2 rows"},
    {"  equal-scalars", "  and 2", "its operands are not on the stack"},
    {"  value c0", "  slot 0\n  scalar-of", "stands in code of the other kind"},
    {"  slot-named 0", "  node 0", "stands in code of the other kind"},
    {"chunk 1 first 3 count 1", "chunk 1 first 2 count 2", "2 nodes from 2"},
    {"chunk 1 first 3 count 1", "chunk 1 first 3 count 1 timed", "`timed` is not"},
    {"chunk 0 first 0 count 3 timed", "chunk 0 first 0 count 2 timed", "1 nodes from 3"},
    {"segment 0 name \"free\" node 0", "segment 0 name \"free\" node 1",
     "not the node of segment 0"},
    {"score 0 name \"interest\" node 3", "score 0 name \"interest\" node 2", "node 2 is not its"},
    {"kind 2 name \"page_viewed\" slots 1 streams 1 chunks 0 1",
     "kind 2 name \"page_viewed\" slots 0 1 streams 1 chunks 0 1", "traits come with identify"},
    {"kind 2 name \"page_viewed\" slots 1 streams 1 chunks 0 1",
     "kind 2 slots 1 streams 1 chunks 0 1", "a name it must not have"},
    {"kind 2 name \"page_viewed\" slots 1 streams 1 chunks 0 1",
     "kind 2 name \"page_viewed\" slots 1 streams 1 chunks 1 0", "not ascending"},
    {"slot 1 property \"path\"", "slot 1 property", "no path"},
    {"  number 10", "  number 1e400", ""},
};

TEST(Image, WhatIsWrongIsRefused) {
  const std::string sample = read("tests/images/segments.image");
  for (const Wrong& wrong : kWrong) {
    SCOPED_TRACE(wrong.instead);
    std::string text = sample;
    const size_t at = text.find(std::string(wrong.line) + "\n");
    ASSERT_NE(at, std::string::npos);
    text.replace(at, wrong.line.size(), wrong.instead);
    const Result<Tables> tables = assemble(text);
    if (!tables) {
      EXPECT_EQ(wrong.message, "") << tables.error().message;
      continue;
    }
    const std::string error = open_error(*tables);
    ASSERT_NE(error, "");
    EXPECT_THAT(error, HasSubstr(wrong.message));
  }
}

/// The timed chunk of a tracked program has a word in the blob.
TEST(Image, DeadlinesHaveAPlaceOfTheirOwn) {
  const std::string sample = read("tests/images/segments.image");
  const auto error_at = [&](uint32_t at, uint32_t fixed) {
    Tables tables = tables_of(sample);
    tables.layout[0].deadlines_at = at;
    tables.layout[0].fixed_bytes = fixed;
    tables.layout[0].blob_bytes_max = fixed;
    return open_error(tables);
  };
  EXPECT_EQ(error_at(112, 120), "");
  EXPECT_THAT(error_at(112, 112), HasSubstr("something behind the blob's"));
  EXPECT_THAT(error_at(104, 120), HasSubstr("two things at 104 of the blob"));
  EXPECT_THAT(error_at(0, 120), HasSubstr("two things at 0 of the blob"));
  EXPECT_THAT(error_at(108, 120), HasSubstr("not in words"));
  EXPECT_THAT(error_at(0xffff'fff0, 120), HasSubstr("deadlines behind the blob's"));
  // Without a timed chunk there are no words, but still a place.
  Tables untimed = tables_of(sample);
  for (auto& chunk : untimed.chunks) chunk.timed = 0;
  untimed.layout[0].deadlines_at = 0xffff'fff0;
  EXPECT_THAT(open_error(untimed), HasSubstr("deadlines behind the blob's"));
}

TEST(Image, TextsAreUtf8) {
  for (const std::string_view bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    Tables tables = tables_of(read("tests/images/segments.image"));
    tables.add_text(bad);
    EXPECT_THAT(open_error(tables), HasSubstr("not UTF-8"));
  }
  Tables tables = tables_of(read("tests/images/segments.image"));
  tables.add_text("\xF0\x9F\x98\x80 \xE2\x82\xAC \xC3\xA9");
  EXPECT_EQ(open_error(tables), "");
}

TEST(Image, DepthHasALimit) {
  Tables tables = tables_of(read("tests/images/segments.image"));
  const auto with_depth = [&](uint32_t depth) {
    Tables deep = tables;
    deep.nodes[0].code = {static_cast<uint32_t>(deep.ops.size()), depth + 1};
    deep.ops.insert(deep.ops.end(), depth, OpRow{.op = Op::kConstTruth, .a = 1});
    deep.ops.push_back({.op = Op::kAnd, .a = depth});
    return open_error(deep);
  };
  EXPECT_EQ(with_depth(255), "");
  EXPECT_EQ(with_depth(256), "");
  EXPECT_THAT(with_depth(257), HasSubstr("more than 256 entries"));
}

TEST(Image, HeaderIsChecked) {
  std::vector<std::byte> bytes = tables_of(read("tests/images/segments.image")).finish();
  const auto code_of = [](std::vector<std::byte> changed) {
    const Result<Image> image = Image::open(std::move(changed));
    return image ? Errc::kOk : image.error().code;
  };
  EXPECT_EQ(code_of(bytes), Errc::kOk);
  EXPECT_EQ(code_of({}), Errc::kCorrupt);
  std::vector<std::byte> changed = bytes;
  changed[0] = std::byte{'X'};
  EXPECT_EQ(code_of(changed), Errc::kUnreadable);
  changed = bytes;
  changed[4] = std::byte{99};
  EXPECT_EQ(code_of(changed), Errc::kUnsupported);
  changed = bytes;
  changed.push_back({});
  EXPECT_EQ(code_of(changed), Errc::kCorrupt);
}

TEST(Assemble, ErrorsNameTheLine) {
  const Result<Tables> tables = assemble("kind 0\nkind 1\nknd 2\n");
  ASSERT_FALSE(tables);
  EXPECT_EQ(tables.error().message, "line 3: no table is called `knd`");
}

}  // namespace
}  // namespace segue::image
