#include "runtime/ingest/decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/base/text.h"
#include "runtime/ingest/lines.h"

namespace segue {
namespace {

std::string print(const Value& value) {
  switch (value.tag) {
    case ValueTag::kAbsent:
      return "-";
    case ValueTag::kMissing:
      return "null";
    case ValueTag::kFalse:
      return "false";
    case ValueTag::kTrue:
      return "true";
    case ValueTag::kNumber:
      return std::string(value.text);
    case ValueTag::kText:
      return "'" + std::string(value.text) + "'";
    case ValueTag::kRecord:
      return "record " + std::string(value.text);
    case ValueTag::kList:
      break;
  }
  std::string all = "list " + std::string(value.text) + " of";
  for (const Value& item : value.items) all += " " + print(item);
  return all;
}

InputSchema schema() {
  InputSchema schema;
  schema.slots = {{{"plan"}, true},         {{"company", "size"}, true}, {{"company"}, true},
                  {{"path"}, false},        {{"name"}, false},           {{"cart", "total"}, false},
                  {{"cart", "id"}, false},  {{"tags"}, false},           {{"cart"}, false},
                  {{"a", "b", "c"}, false}, {{"na\"me"}, false}};
  schema.kinds = {{"", {0, 1, 2}},
                  {"", {3}},
                  {"Cart", {5, 6, 7, 9}},
                  {"Page Viewed", {3, 4}},
                  {"Whole \"Cart\"", {5, 8, 10}}};
  return schema;
}

/// Decodes one line and prints what came of it.
class Lines {
 public:
  std::string decode(const std::string& line) {
    std::string padded = line + std::string(kLinePadding, '"');
    EventBatch batch = decoder_.make_batch();
    const auto reject = decoder_.decode({padded.data(), line.size()}, batch);
    std::fill(padded.begin(), padded.end(), '!');  // nothing may point into the line
    if (reject) {
      EXPECT_TRUE(batch.events.empty());
      return std::string(name_of(*reject));
    }
    const Event& event = batch.events.at(0);
    std::string all = std::to_string(event.kind.index) + " '" + std::string(event.name) + "' " +
                      std::string(event.user) + " at " + std::to_string(event.at.ms) + ":";
    for (const Value& value : event.slots) all += " " + print(value);
    tie_ = event.tie;
    has_message_id_ = event.has_message_id;
    return all;
  }

  const std::string& tie() const { return tie_; }
  bool has_message_id() const { return has_message_id_; }

 private:
  InputSchema schema_ = schema();
  Decoder decoder_{schema_};
  std::string tie_;
  bool has_message_id_ = false;
};

std::string decode(const std::string& line) { return Lines().decode(line); }

TEST(Decode, ReadsWantedPropertiesOfATrackCall) {
  EXPECT_EQ(
      decode(R"({"type":"track","userId":"ann","event":"Cart","timestamp":5,)"
             R"("properties":{"x":[1,{"y":2}],"cart":{"total":12.50,"z":0,"id":"c1"},)"
             R"("tags":["a",1,true,null,[1],{"k":1}]},"messageId":"m"})"),
      "2 'Cart' ann at 5: 12.50 'c1' list [\"a\",1,true,null,[1],{\"k\":1}] of 'a' 1 true null "
      "list [1] of record {\"k\":1} -");
}

TEST(Decode, TrackIsTheDefault) {
  for (const char* type :
       {"", R"("type":null,)", R"("type":"track",)", R"("type":"tr\u0061ck",)"}) {
    EXPECT_EQ(decode(std::string("{") + type + R"("userId":"a","event":"Other","timestamp":5})"),
              "1 'Other' a at 5: -")
        << type;
  }
}

TEST(Decode, KeysMayComeInAnyOrder) {
  const std::string want = "2 'Cart' a at 5: 1 null - -";
  EXPECT_EQ(
      decode(R"({"properties":{"cart":{"total":1}},"timestamp":5,"event":"Cart","userId":"a"})"),
      want);
  EXPECT_EQ(
      decode(R"({"event":"Cart","properties":{"cart":{"total":1}},"type":"track","userId":"a",)"
             R"("timestamp":5})"),
      want);
  EXPECT_EQ(decode(R"({"traits":{"plan":"pro"},"timestamp":5,"userId":"a","type":"identify"})"),
            "0 '' a at 5: 'pro' - -");
  EXPECT_EQ(decode(R"({"event":"Cart","properties":{"path":"/x"},"type":"page","userId":"a",)"
                   R"("timestamp":5})"),
            "3 'Page Viewed' a at 5: '/x' -")
      << "the type came after properties had been read as a cart's";
}

TEST(Decode, OfAKeyThatComesTwiceTheLastCounts) {
  EXPECT_EQ(
      decode(R"({"userId":"a","userId":"b","event":"Cart","event":"Other","timestamp":4,)"
             R"("timestamp":5,"properties":{"path":"/1"},"properties":{"path":"/2","path":"/3"}})"),
      "1 'Other' b at 5: '/3'");
  EXPECT_EQ(decode(R"({"userId":"a","event":"Cart","timestamp":5,"properties":{"cart":)"
                   R"({"total":1,"id":2},"cart":{"id":3}}})"),
            "2 'Cart' a at 5: null 3 - -");
  EXPECT_EQ(decode(R"({"userId":"a","event":"Other","timestamp":5,"properties":{"path":"/1"},)"
                   R"("properties":null})"),
            "1 'Other' a at 5: -");
}

TEST(Decode, TraitsTellUnchangedFromMissing) {
  const std::string head = R"({"type":"identify","userId":"a","timestamp":5,"traits":)";
  EXPECT_EQ(decode(head + "{}}"), "0 '' a at 5: - - -");
  EXPECT_EQ(decode(head + R"({"plan":null}})"), "0 '' a at 5: null - -");
  EXPECT_EQ(decode(head + R"({"company":{}}})"), "0 '' a at 5: - null record {}");
  EXPECT_EQ(decode(head + R"({"company":{"size":{"a":1}}}})"),
            "0 '' a at 5: - record {\"a\":1} record {\"size\":{\"a\":1}}");
  EXPECT_EQ(decode(head + R"({"company":7}})"), "0 '' a at 5: - null 7");
  EXPECT_EQ(decode(head + R"({"company":[{"size":1}]}})"),
            "0 '' a at 5: - null list [{\"size\":1}] of record {\"size\":1}");
  EXPECT_EQ(decode(head + "7}"), "0 '' a at 5: - - -");
}

TEST(Decode, OnlyItsOwnRecordIsRead) {
  EXPECT_EQ(decode(R"({"type":"identify","userId":"a","timestamp":5,"properties":{"plan":"pro"}})"),
            "0 '' a at 5: - - -");
  EXPECT_EQ(decode(R"({"userId":"a","event":"x","timestamp":5,"traits":{"path":"/"}})"),
            "1 'x' a at 5: -");
}

TEST(Decode, PageAndScreenHaveTheirNameAsAProperty) {
  const std::string head = R"({"type":"page","userId":"a","timestamp":5)";
  EXPECT_EQ(decode(head + R"(,"name":"Home","properties":{"path":"/"}})"),
            "3 'Page Viewed' a at 5: '/' 'Home'");
  EXPECT_EQ(decode(head + R"(,"properties":{"path":"/","name":"Old"},"name":"Home"})"),
            "3 'Page Viewed' a at 5: '/' 'Home'");
  EXPECT_EQ(decode(head + R"(,"properties":{"name":"Old"},"name":null})"),
            "3 'Page Viewed' a at 5: - 'Old'");
  EXPECT_EQ(decode(head + R"(,"name":"Home"})"), "3 'Page Viewed' a at 5: - 'Home'");
  EXPECT_EQ(decode(R"({"type":"screen","userId":"a","timestamp":5,"name":"Home"})"),
            "1 'Screen Viewed' a at 5: -");
  EXPECT_EQ(decode(R"({"userId":"a","event":"Page Viewed","timestamp":5,"name":"Home"})"),
            "3 'Page Viewed' a at 5: - -");
}

TEST(Decode, TheUserIsTheKnownOneElseTheAnonymous) {
  const auto user = [](const std::string& ids) {
    const std::string all = decode("{" + ids + R"("event":"x","timestamp":5})");
    return all.starts_with("1 'x' ") ? all.substr(6, all.find(" at ") - 6) : all;
  };
  EXPECT_EQ(user(R"("userId":"u","anonymousId":"n",)"), "u");
  EXPECT_EQ(user(R"("anonymousId":"n","userId":"u",)"), "u");
  EXPECT_EQ(user(R"("anonymousId":"n",)"), "n");
  EXPECT_EQ(user(R"("userId":"","anonymousId":"n",)"), "n");
  EXPECT_EQ(user(R"("userId":null,"anonymousId":"n",)"), "n");
  EXPECT_EQ(user(R"("userId":{"id":1},"anonymousId":7,)"), "7");
  EXPECT_EQ(user(R"("userId":12345678901234567890,)"), "12345678901234567890");
  EXPECT_EQ(user(R"("userId":-1.50,)"), "-1.50");
  EXPECT_EQ(user(R"("userId":"\u00e9\n",)"), "\u00e9\n");
  EXPECT_EQ(user(R"("userId":"","anonymousId":"",)"), "no_user");
  EXPECT_EQ(user(R"("userId":true,)"), "no_user");
  EXPECT_EQ(user(""), "no_user");
}

TEST(Decode, NumbersBeyondTheLimitAreOfAnotherType) {
  const auto total = [](const std::string& number) {
    return decode(R"({"userId":"a","event":"Cart","timestamp":5,"properties":{"cart":{"total":)" +
                  number + "}}}")
        .substr(17);
  };
  EXPECT_EQ(total("999999999999999999"), "999999999999999999 null - -");
  EXPECT_EQ(total("1000000000000000000"), "record 1000000000000000000 null - -");
  EXPECT_EQ(total("-1e400"), "record -1e400 null - -");
  EXPECT_EQ(total("-0"), "-0 null - -");
}

TEST(Decode, NamesAndKeysMayBeEscaped) {
  EXPECT_EQ(
      decode(
          R"({"user\u0049d":"a","event":"Whole \"Cart\"","timestamp":"1970-01-01T00:00:00.005Z",)"
          R"("properties":{"c\u0061rt":{"total":3},"na\"me":"\u00e9\\"}})"),
      "4 'Whole \"Cart\"' a at 5: 3 record {\"total\":3} 'é\\'");
}

TEST(Decode, TiesAreMessageIdsElseHashes) {
  Lines lines;
  const auto tie = [&](const std::string& message_id) {
    lines.decode(R"({"userId":"a","event":"x","timestamp":5)" + message_id + "}");
    return lines.tie() + (lines.has_message_id() ? "" : " (hash)");
  };
  EXPECT_EQ(tie(R"(,"messageId":"m-1")"), "m-1");
  EXPECT_EQ(tie(R"(,"messageId":12)"), "12");
  EXPECT_EQ(tie(""), "085bacd935c69fec0e42af4debdd54f0 (hash)");
  EXPECT_NE(tie(R"(,"messageId":"")"), tie(R"(,"messageId":null)"));
}

TEST(Decode, SaysWhyALineIsNoEvent) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"not_json", "hello"},
      {"not_json", "[]"},
      {"not_json", "1"},
      {"not_json", R"({"userId":"a","event":"x","timestamp":5)"},
      {"not_json", R"({"userId":"a","event":"x","timestamp":5}})"},
      {"not_json", R"({"userId":"a","event":"x","timestamp":5,"unread":tru})"},
      {"not_json", R"({"userId":"a","event":"x","timestamp":5,"unread":{"a":01}})"},
      {"not_json", R"({"userId":"a","event":"x","timestamp":5,"unread":"\q"})"},
      {"not_json", R"({"userId":"a","event":"x","timestamp":5,"properties":{"path":}})"},
      {"not_utf8", "{\"userId\":\"a\",\"event\":\"x\",\"timestamp\":5,\"unread\":\"\xFF\"}"},
      {"not_utf8", R"({"userId":"a","event":"x","timestamp":5,"unread":"\ud800"})"},
      {"no_user", R"({"event":"x","timestamp":5})"},
      {"no_time", R"({"userId":"a","event":"x"})"},
      {"no_time", R"({"userId":"a","event":"x","timestamp":"soon"})"},
      {"no_time", R"({"userId":"a","event":"x","timestamp":true})"},
      {"no_time", R"({"userId":"a","event":"x","timestamp":{}})"},
      {"time_out_of_range", R"({"userId":"a","event":"x","timestamp":-1})"},
      {"no_event_name", R"({"userId":"a","timestamp":5})"},
      {"no_event_name", R"({"userId":"a","event":"","timestamp":5})"},
      {"no_event_name", R"({"userId":"a","event":7,"timestamp":5})"},
      {"unknown_type", R"({"type":"trak","userId":"a","event":"x","timestamp":5})"},
      {"unknown_type", R"({"type":7,"userId":"a","event":"x","timestamp":5})"},
      {"group_not_supported", R"({"type":"group","userId":"a","groupId":"g","timestamp":5})"},
      {"no_previous_id", R"({"type":"alias","userId":"a","timestamp":5})"},
      {"no_previous_id", R"({"type":"alias","userId":"a","previousId":"","timestamp":5})"},
      {"no_user", R"({"type":"alias","previousId":"a","timestamp":5})"},
      {"no_time", R"({"type":"delete","userId":"a"})"},
  };
  for (const auto& [want, line] : cases) EXPECT_EQ(decode(line), want) << line;
}

TEST(Decode, CallsSayWhoIsWho) {
  const InputSchema local = schema();
  Decoder decoder(local);
  EventBatch batch = decoder.make_batch();
  const auto take = [&](std::string line) {
    const size_t size = line.size();
    line.append(kLinePadding, ' ');
    return decoder.decode({line.data(), size}, batch);
  };
  ASSERT_FALSE(take(R"({"userId":"a","event":"Cart","timestamp":5})"));
  EXPECT_FALSE(batch.has_identity_calls);
  ASSERT_FALSE(take(R"({"type":"alias","userId":"a","previousId":7,"timestamp":6})"));
  ASSERT_FALSE(take(R"({"timestamp":7,"properties":{"x":1},"anonymousId":"b","type":"delete"})"));
  EXPECT_TRUE(batch.has_identity_calls);
  EXPECT_EQ(batch.events[1].kind, kAliasKind);
  EXPECT_EQ(batch.events[1].name, "7");
  EXPECT_EQ(batch.events[1].user, "a");
  EXPECT_EQ(batch.events[2].kind, kDeleteKind);
  EXPECT_EQ(batch.events[2].user, "b");
  EXPECT_EQ(batch.events[2].at, Instant{7});
}

TEST(Decode, DepthIsCountedOverTheWholeLine) {
  const auto line = [](size_t lists) {
    return R"({"userId":"a","event":"Cart","timestamp":5,"properties":{"cart":{"total":)" +
           std::string(lists, '[') + std::string(lists, ']') + "}}}";
  };
  EXPECT_TRUE(decode(line(1020)).starts_with("2 "));
  EXPECT_TRUE(decode(line(1021)).starts_with("2 "));
  EXPECT_EQ(decode(line(1022)), "too_deep");
}

TEST(Decode, ABatchOutlivesItsDecoder) {
  EventBatch batch;
  {
    const InputSchema local = schema();
    Decoder decoder(local);
    batch = decoder.make_batch();
    std::string line = R"({"userId":"ann","event":"Cart","timestamp":5})";
    const size_t size = line.size();
    line.append(kLinePadding, ' ');
    ASSERT_FALSE(decoder.decode({line.data(), size}, batch));
  }
  EXPECT_EQ(batch.events[0].name, "Cart");
  EXPECT_EQ(batch.events[0].user, "ann");
}

}  // namespace
}  // namespace segue
