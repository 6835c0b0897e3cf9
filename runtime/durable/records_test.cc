// Lines that were left out, in the log and out of it again.
#include "runtime/durable/records.h"

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

#include "runtime/base/byte_fields.h"
#include "runtime/durable/manifest.h"
#include "runtime/engine/test_program.h"

namespace segue::durable {
namespace {

constexpr std::array<uint32_t, 2> kInputs = {3, 5};
const std::string kView = R"({"userId":"ann","event":"view","timestamp":1000})";

EventBatch some_batch() {
  EventBatch batch;
  batch.origins.push_back({1, 7, kView});
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  batch.rejects.push_back({RejectKind::kNotUtf8, 0, 3, every_byte});
  batch.rejects.push_back({RejectKind::kNotJson, 1, 8, std::string(2000, '\0') + "\1\1"});
  return batch;
}

TEST(RecordsTest, LinesLeftOutComeBackByteByByte) {
  const EventBatch batch = some_batch();
  std::string payload;
  const RecordKind kind = put_events(payload, batch, kInputs, true);
  ASSERT_EQ(kind, RecordKind::kEventsAndRejects);
  Decoder decoder(program()->schema());
  const auto found = take_events({1, kind, payload}, decoder, 6);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found->rejects.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(found->rejects[i].raw, batch.rejects[i].raw) << i;
    EXPECT_EQ(found->rejects[i].kind, batch.rejects[i].kind) << i;
    EXPECT_EQ(found->rejects[i].line, batch.rejects[i].line) << i;
    EXPECT_EQ(found->rejects[i].file, kInputs[i]) << i;
  }
  ASSERT_EQ(found->origins.size(), 1u);
  EXPECT_EQ(found->origins[0].raw, kView);
}

TEST(RecordsTest, NoRecordHasASectorOfZeros) {
  std::string payload;
  put_events(payload, some_batch(), kInputs, true);
  EXPECT_EQ(payload.find(std::string(32, '\0')), std::string::npos);
}

TEST(RecordsTest, ReadersOfLinesPassOverThoseLeftOut) {
  std::string payload;
  const RecordKind kind = put_events(payload, some_batch(), kInputs, true);
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line) {
    lines.emplace_back(line);
    return Status();
  };
  ASSERT_TRUE(each_line({1, kind, payload}, [](Instant) {}, take).ok());
  EXPECT_THAT(lines, testing::ElementsAre(kView));
}

TEST(RecordsTest, WithoutAFileForThemTheirPlacesAreLogged) {
  std::string payload;
  ASSERT_EQ(put_events(payload, some_batch(), kInputs), RecordKind::kEvents);
  Decoder decoder(program()->schema());
  const auto found = take_events({1, RecordKind::kEvents, payload}, decoder, 6);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found->rejects.size(), 2u);
  EXPECT_EQ(found->rejects[0].raw, "");
}

TEST(RecordsTest, EveryRecordThatEndsEarlyIsRefused) {
  std::string payload;
  const RecordKind kind = put_events(payload, some_batch(), kInputs, true);
  Decoder decoder(program()->schema());
  const size_t rejects = payload.size() - kView.size() - 20;
  for (size_t size = 0; size < rejects; ++size) {
    const std::string_view part = std::string_view(payload).substr(0, size);
    EXPECT_FALSE(take_events({1, kind, part}, decoder, 6).has_value()) << size;
  }
}

TEST(ManifestTest, FilesMakeItsVersionAndNothingElseDoes) {
  const auto version = [](const Manifest& manifest) {
    return static_cast<int>(pack_manifest(manifest)[0]);
  };
  Manifest manifest;
  manifest.inputs.push_back({"input", {}});
  EXPECT_EQ(version(manifest), 1);
  manifest.holds_changes = true;
  EXPECT_EQ(version(manifest), 2);
  for (const bool holds_changes : {false, true}) {
    manifest.holds_changes = holds_changes;
    manifest.sink_position = 12;
    manifest.sink_mark = "of 12";
    manifest.rejects = "/rejects";
    manifest.rejects_position = 34;
    manifest.rejects_mark = "of 34";
    EXPECT_EQ(version(manifest), 3);
    const auto opened = open_manifest(pack_manifest(manifest));
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    EXPECT_EQ(opened->holds_changes, holds_changes);
    EXPECT_EQ(opened->sink_mark, "of 12");
    EXPECT_EQ(opened->rejects, "/rejects");
    EXPECT_EQ(opened->rejects_position, 34u);
    EXPECT_EQ(opened->rejects_mark, "of 34");
  }
}

}  // namespace
}  // namespace segue::durable
