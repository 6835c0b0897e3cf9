#include "compiler/diagnostics/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue {
namespace {

using testing::HasSubstr;

class Machine : public testing::Test {
 protected:
  Machine() {
    id = sources.add_text("rules/a b.seg", "événement \"x\n");
    found.add(Code::kE0102, {id, 12, 14}, "a \"quote\"\n")
        .label("l")
        .also({id, 0, 2}, "first")
        .note("n")
        .help("h")
        .fix({id, 14, 14}, "\"");
  }

  SourceManager sources;
  SourceId id;
  Diagnostics found;
};

TEST_F(Machine, Json) {
  EXPECT_EQ(render_json(sources, found),
            R"({"diagnostics":[{"level":"error","code":"E0102","message":"a \"quote\"\n",)"
            R"("file":"rules/a b.seg","span":{"begin":12,"end":14},)"
            R"("start":{"line":1,"column":11},"end":{"line":1,"column":13},"label":"l",)"
            R"("labels":[{"file":"rules/a b.seg","span":{"begin":0,"end":2},)"
            R"("start":{"line":1,"column":1},"end":{"line":1,"column":2},"text":"first"}],)"
            R"("notes":["n"],"help":["h"],"fixes":[{"file":"rules/a b.seg",)"
            R"("span":{"begin":14,"end":14},"start":{"line":1,"column":13},)"
            R"("end":{"line":1,"column":13},"replacement":"\""}]}],)"
            R"("errors":1,"warnings":0,"dropped":0})"
            "\n");
}

TEST_F(Machine, JsonOfNothing) {
  EXPECT_EQ(render_json(sources, Diagnostics()),
            "{\"diagnostics\":[],\"errors\":0,\"warnings\":0,\"dropped\":0}\n");
}

TEST_F(Machine, JsonReplacesWhatIsNotUtf8) {
  const SourceId bad = sources.add_text("\xff.seg", "x");
  Diagnostics other;
  other.add(Code::kE0111, {bad, 0, 1}, "byte \x80\x01");
  EXPECT_THAT(render_json(sources, other), HasSubstr("\"message\":\"byte \uFFFD\\u0001\""));
  EXPECT_THAT(render_json(sources, other), HasSubstr("\"file\":\"\uFFFD.seg\""));
}

TEST_F(Machine, Sarif) {
  const std::string out = render_sarif(sources, found, "1.2.3");
  EXPECT_THAT(out, HasSubstr(R"({"$schema":"https://json.schemastore.org/sarif-2.1.0.json",)"
                             R"("version":"2.1.0","runs":[{"tool":{"driver":{"name":"seg",)"
                             R"("version":"1.2.3","rules":[{"id":"E0102",)"));
  EXPECT_THAT(out, HasSubstr(R"("columnKind":"unicodeCodePoints","results":[{"ruleId":"E0102",)"
                             R"("ruleIndex":0,"level":"error",)"
                             R"("message":{"text":"a \"quote\"\n: l\nnote: n\nhelp: h"},)"
                             R"("locations":[{"physicalLocation":{"artifactLocation":)"
                             R"({"uri":"rules/a%20b.seg"},"region":{"startLine":1,)"
                             R"("startColumn":11,"endLine":1,"endColumn":13,)"
                             R"("byteOffset":12,"byteLength":2}}}])"));
  EXPECT_THAT(out, HasSubstr(R"("relatedLocations":[{"id":0,)"));
  EXPECT_THAT(out, HasSubstr(R"("insertedContent":{"text":"\""})"));
}

}  // namespace
}  // namespace segue
