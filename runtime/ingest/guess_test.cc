// A guess tells what the walk over tokens tells, or nothing: compared over lines, their parts, and
// lines that are nearly like them.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "runtime/ingest/decode.h"
#include "runtime/ingest/lines.h"
#include "runtime/ingest/printed.h"

namespace segue {
namespace {

InputSchema schema() {
  InputSchema schema;
  schema.slots = {{{"plan"}, true},         {{"company", "size"}, true}, {{"company"}, true},
                  {{"path"}, false},        {{"name"}, false},           {{"cart", "total"}, false},
                  {{"cart", "id"}, false},  {{"tags"}, false},           {{"cart"}, false},
                  {{"a", "b", "c"}, false}, {{"a", "b"}, false}};
  schema.kinds = {{"", {0, 1}},
                  {"", {3}},
                  {"Cart", {5, 6, 9}},
                  {"Page Viewed", {3, 4}},
                  {"Tagged", {2, 3, 7, 8, 9, 10}}};
  return schema;
}

/// Lines as senders write them: every kind of call, value, nesting and order of keys.
const std::vector<std::string>& lines() {
  static const std::vector<std::string> all = {
      R"({"type":"track","userId":"ann","event":"Cart","timestamp":"2016-08-01T07:00:12.000Z",)"
      R"("properties":{"cart":{"total":12.50,"id":"c1","more":[1,2]},"x":true},"messageId":"m-1"})",
      R"({"event": "Cart", "properties": {"x": null, "cart": {"id": 7, "total": -0.5e2}}, )"
      R"("timestamp": 1470034812000, "userId": 12, "messageId": 99})",
      R"({"type":"track","userId":"bob","event":"Other thing","timestamp":"2016-08-01T07:00:12Z",)"
      R"("properties":{"path":"/a/long/path/of/more/than/thirty-two/bytes/in/all","y":[[],{}]}})",
      R"({"type":"page","userId":"cat","timestamp":"2016-08-02T07:00:12.123+02:00","name":"Home",)"
      R"("properties":{"path":"/","name":"over"},"messageId":"p"})",
      R"({"type":"page","userId":"cat","timestamp":5,"name":null,"properties":{"name":"kept"}})",
      R"({"type":"screen","anonymousId":"d1","userId":null,"timestamp":5,"name":"Main"})",
      R"({"type":"identify","userId":"eve","timestamp":"2016-08-01","traits":{"plan":"pro",)"
      R"("company":{"size":12},"age":3}})",
      R"({"type":"identify","userId":"eve","timestamp":"2016-08-01","traits":{"plan":null,)"
      R"("company":7}})",
      R"({"timestamp":9,"event":"Tagged","userId":"f","properties":{"tags":["a",1],"a":{"b":1}}})",
      R"({"timestamp":9,"event":"Tagged","userId":"fay","properties":{"a":{"b":{"c":"x"}}}})",
      R"({"timestamp":9,"event":"Tagged","userId":"f","properties":{"tags":[],"a":{"b":[ ]}}})",
      R"({"timestamp":9,"event":"Tagged","userId":"f","properties":{"tags":["a",[2]],"path":[1]}})",
      R"({"timestamp":9,"event":"Tagged","userId":"f","properties":{"cart":["a"],"a":[1, null ]}})",
      R"({"type":"page","userId":"f","timestamp":5,"name":"N",)"
      R"("properties":{"name":["a"],"path":[]}})",
      "{\"event\":\"Caf\xC3\xA9\",\"userId\":\"\xE2\x82\xAC\",\"timestamp\":1,\"properties\":"
      "{\"path\":\"\xF0\x9F\x98\x80\"}}",
      R"({"userId":"a","event":"x","timestamp":5,"properties":{"path":"a\u0062","q":"\""}})",
      R"({"userId":"a","userId":"b","event":"x","timestamp":5,"properties":{"path":1,"path":2}})",
      R"({"userId":"a","event":"Cart","timestamp":5,"properties":{"cart":{"total":1},)"
      R"("cart":{"id":2}}})",
      R"({"userId":"a","event":"x","timestamp":5,"properties":[1,"path",{"path":2}],"context":)"
      R"({"ip":"::1","n":[0,0.5,-1,1e5,12345678901234567890,0.1234567890123456789]}})",
      R"({"properties":{"cart":{"total":1,"id":2}},"userId":"a","timestamp":5,"event":"Cart"})",
      R"({"properties":{"path":"/1"},"event":"Cart","type":"page","userId":"a","timestamp":5})",
      R"({"userId":"a","event":"Cart","timestamp":1e3,"properties":{"cart":{"total":1e400}}})",
      R"({"event":"x","userId":"","anonymousId":"z","timestamp":5})",
      R"({"event":"x","userId":{"id":1},"anonymousId":7,"timestamp":5,"messageId":null})",
      R"({"event":"x","userId":"u","timestamp":5,"messageId":""})",
      R"({})",
  };
  return all;
}

/// The parts of a text between bars.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '|') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// The only event of a batch.
std::string print(const EventBatch& batch) {
  EXPECT_EQ(batch.events.size(), 1u);
  return print(batch, 0);
}

/// Decodes lines both ways.
class Both {
 public:
  /// `padding` stands behind the line.
  void compare(const std::string& line, const std::string& padding = "\"") {
    if (line.empty()) return;
    std::string padded = line;
    while (padded.size() < line.size() + kLinePadding) padded += padding;
    const std::string_view text(padded.data(), line.size());
    EventBatch got = guessing_.make_batch();
    EventBatch want = walking_.make_batch();
    const auto got_reject = guessing_.decode(text, got);
    const auto want_reject = walking_.decode_anew(text, want);
    std::fill(padded.begin(), padded.end(), '!');  // nothing may point into the line
    ASSERT_EQ(got_reject, want_reject) << line;
    ASSERT_EQ(got.events.size(), want.events.size()) << line;
    if (want_reject) return;
    ASSERT_EQ(print(got), print(want)) << line;
  }

  /// The same, but sure to be tried: after many misses in a row a guess rests.
  void compare_tried(const std::string& line, const std::string& padding = "\"") {
    compare(lines()[0]);
    compare(line, padding);
  }

  uint64_t guessed() const { return guessing_.guessed(); }

 private:
  Decoder guessing_{schema()};
  Decoder walking_{schema()};
};

TEST(Guess, OftenKnowsTheLayout) {
  Both both;
  for (const std::string& line : lines()) both.compare(line);
  const uint64_t before = both.guessed();
  size_t told = 0;
  for (const std::string& line : lines()) {
    const uint64_t so_far = both.guessed();
    both.compare(line);
    told += both.guessed() - so_far;
  }
  EXPECT_EQ(before + told, both.guessed());
  EXPECT_EQ(told, 17u);
}

TEST(Guess, OtherValuesDoNotMatter) {
  Both both;
  const auto line = [](const std::string& user, const std::string& time, const std::string& total) {
    return R"({"userId":)" + user + R"(,"event":"Cart","timestamp":)" + time +
           R"(,"properties":{"cart":{"total":)" + total + R"(},"z":"q"}})";
  };
  both.compare(line("\"a\"", "5", "1"));
  both.compare(line("\"a\"", "\"2016-08-01\"", "\"1\""));
  const std::vector<std::string> users = split("\"b\"|\"\"|\"\xC3\xA9\"|\"\xC3\"|7|null");
  const std::vector<std::string> times = split(
      R"(6|-1|1e300|0.5|true|null|"2016-08-01T00:00:00.123Z"|"2016-08-01T00:00:00.12Z"|)"
      R"("2016-08-01T24:00:00.000Z"|"2016-02-30"|""|"9999-01-01"|"1969-12-31T23:59:59.999Z")");
  std::vector<std::string> totals = split(
      "0|-0|-|01|1.|.5|1.5|-1.50|1e5|1E+5|1e|1e+|1.5e-3|+1|true|false|null|tru|nul|truee|1 | 1|1\t|"
      "123456789012345|1234567890123456|12345678901234567|999999999999999999|1000000000000000000|"
      "0.1|0.30000000000000004|12345678.12345678|123456789012.34|123456789012.345|1234567890123.4|"
      "4503599627370497.5|9007199254740993|0.000001|1e-400|1e400|[]|{}|[1]|\"\"|\"x\"|\"a\\n\"|"
      "\"\x01\"");
  for (const size_t size : {31, 32, 33}) totals.push_back('"' + std::string(size, 'x') + '"');
  for (const std::string& user : users) {
    for (const std::string& time : times) both.compare_tried(line(user, time, "1"));
    for (const std::string& total : totals) {
      both.compare_tried(line(user, "5", total));
      both.compare_tried(line(user, "5", total), "0");
    }
  }
  EXPECT_GT(both.guessed(), 800u);
}

TEST(Guess, PartsOfALineAreToldAsTheyAre) {
  Both both;
  for (const std::string& line : lines()) both.compare(line);
  for (const std::string& line : lines()) {
    for (size_t size = 0; size < line.size(); ++size) {
      // What comes behind it is as if the line went on, or a whole one again.
      both.compare_tried(line.substr(0, size), line.substr(size));
      both.compare_tried(line.substr(size), line);
    }
  }
}

TEST(Guess, ABytesChangeIsSeen) {
  const std::string bytes = std::string("\"\\{}[],: 019-+.eEtn\x7F\x80\xC3\xFF\t\n\x1F", 27) + '\0';
  Both both;
  for (const std::string& line : lines()) both.compare(line);
  std::mt19937 random(7);
  for (const std::string& line : lines()) {
    for (size_t at = 0; at < line.size(); ++at) {
      for (const char byte : bytes) {
        std::string other = line;
        other[at] = byte;
        both.compare_tried(other);
      }
      both.compare_tried(line.substr(0, at) + bytes[random() % bytes.size()] + line.substr(at));
      both.compare_tried(line.substr(0, at) + line.substr(at + 1));
      both.compare_tried(line.substr(0, at) + static_cast<char>(line[at] ^ 1 << random() % 8) +
                         line.substr(at + 1));
      const size_t from = random() % line.size();
      both.compare_tried(line.substr(0, at) + line.substr(from));
      both.compare_tried(line.substr(0, at) + line.substr(from, random() % 40) + line.substr(at));
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  EXPECT_GT(both.guessed(), 70'000u);
}

/// Makes calls of few keys and values, so that their layouts meet again.
class Calls {
 public:
  explicit Calls(uint32_t seed) : random_(seed) {}

  std::string next() {
    std::vector<std::string> fields = {R"("userId":)" + id(), R"("timestamp":)" + time()};
    if (one_in(2)) fields.push_back(R"("type":)" + pick({"\"track\"", "\"page\"", "\"identify\""}));
    if (!one_in(8)) {
      fields.push_back(R"("event":)" + pick({"\"Cart\"", "\"x\"", "\"Tagged\"", "\"y y\""}));
    }
    if (!one_in(4)) fields.push_back(R"("properties":)" + record(2));
    if (one_in(4)) fields.push_back(R"("traits":)" + record(2));
    if (one_in(2)) fields.push_back(R"("messageId":)" + id());
    if (one_in(8)) fields.push_back(R"("anonymousId":)" + id());
    if (one_in(8)) fields.push_back(R"("name":)" + value(1));
    if (one_in(16)) fields.push_back(fields[random_() % fields.size()]);
    if (one_in(4)) std::shuffle(fields.begin(), fields.end(), random_);
    return "{" + join(fields) + "}";
  }

 private:
  bool one_in(uint32_t n) { return random_() % n == 0; }
  std::string pick(const std::vector<std::string>& from) { return from[random_() % from.size()]; }
  std::string join(const std::vector<std::string>& all) {
    std::string text;
    for (const std::string& one : all) text += (text.empty() ? "" : ",") + one;
    return text;
  }
  std::string id() { return one_in(8) ? value(0) : pick({"\"u1\"", "\"u2\"", "12"}); }
  std::string time() {
    return one_in(8) ? value(0) : pick({"5", "\"2016-08-01T00:00:00.000Z\"", "\"2016-08-02\""});
  }
  std::string value(int depth) {
    if (depth > 0 && one_in(3)) return one_in(3) ? list(depth) : record(depth);
    return pick(
        {"1", "2.5", "-3e2", "true", "null", "\"a\"", "\"\"", "\"a longer text\"", "\"\\n\""});
  }
  std::string record(int depth) {
    static const std::vector<std::string> kKeys = {"plan", "company", "size", "path",
                                                   "name", "cart",    "id",   "total"};
    std::vector<std::string> fields;
    for (const std::string& key : kKeys) {
      if (one_in(3)) fields.push_back("\"" + key + "\":" + value(depth - 1));
    }
    return "{" + join(fields) + "}";
  }
  std::string list(int depth) {
    std::vector<std::string> items;
    for (uint32_t i = random_() % 3; i > 0; --i) items.push_back(value(depth - 1));
    return "[" + join(items) + "]";
  }

  std::mt19937 random_;
};

TEST(Guess, MadeCallsAreToldAsTheyAre) {
  Calls calls(1);
  Both both;
  for (int i = 0; i < 60'000; ++i) {
    both.compare_tried(calls.next());
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(both.guessed(), 62'000u);
}

TEST(Guess, KeysThatAreValuesAreGivenUp) {
  Both both;
  const auto line = [](int i) {
    const std::string key = std::to_string(i * 7919 % 20'000);
    return R"({"userId":"a","timestamp":5,"event":"x","properties":{"k)" + key + R"(":1}})";
  };
  for (int i = 0; i < 20'000; ++i) {
    both.compare_tried(line(i));
    if (testing::Test::HasFatalFailure()) return;
  }
  const uint64_t before = both.guessed();
  both.compare_tried(line(1));
  both.compare_tried(line(19'999));
  EXPECT_EQ(both.guessed(), before + 3) << "the first keys have been learnt, the last have not";
}

TEST(Guess, LinesAllDifferentAreNotLearntForEver) {
  Both both;
  for (int i = 0; i < 20'000; ++i) {
    both.compare(R"({"userId":"a","timestamp":5,"event":"e)" + std::to_string(i) + R"("})");
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_EQ(both.guessed(), 0u);
  for (int i = 0; i < 100; ++i) both.compare(R"({"userId":"a","timestamp":5,"event":"e1"})");
  EXPECT_GT(both.guessed(), 0u);
}

}  // namespace
}  // namespace segue
