#include "cli/starter.h"

namespace segue::cli {
namespace {

constexpr std::string_view kRules =
    R"seg(# What comes off the wire: names on the left are ours, quoted ones the wire's.
event page_viewed "Page Viewed" {
  path: text
}

event email_opened "Email Opened" {
  campaign: text
}

event login "Logged In"

# The words the rules are written in.
signal pricing_views = page_viewed where path starts with "/pricing"
signal opened($campaign) = email_opened where campaign = $campaign

## Try another: seg members . events.jsonl --param min_views=2
param min_views = 3 in 1..10

## Reads the proof, compares the price: about to decide.
segment high_intent "High-intent evaluators" {
  stage consideration
  goal "start a trial"
  when pricing_views >= $min_views within 48h and opened case_study
}

## Was here, is not any more.
segment gone_quiet "Gone quiet" {
  stage retention
  goal "come back"
  when login and no login within 7d
}

score intent {
  within 30d
  +5 pricing_views
  +4 email_opened max 3 times
  band hot >= 15
  band cold
}
)seg";

constexpr std::string_view kTests = R"seg(use "rules.seg"

test "three views in two days, then the first one ages out" {
  user ann {
    2025-06-01T10:00Z  page_viewed { path: "/pricing" }
    +1h                page_viewed { path: "/pricing" }
    +1h                page_viewed { path: "/pricing/enterprise" }
    +5m                email_opened { campaign: "case_study" }
  }
  expect ann enters high_intent at 2025-06-01T12:05Z
  expect intent of ann = 19 at 2025-06-01T13:00Z
  expect ann leaves high_intent at 2025-06-03T10:00Z
  expect no other changes
}

test "a week without a login, to the millisecond" {
  user bob {
    2025-06-01T08:00Z  login
    +10d               login
  }
  expect bob enters gone_quiet at 2025-06-08T08:00Z
  expect bob leaves gone_quiet at 2025-06-11T08:00Z
  expect bob enters gone_quiet at 2025-06-18T08:00Z
  expect no other changes
}
)seg";

constexpr std::string_view kEvents =
    R"json({"userId":"ann","type":"identify","traits":{"plan":"free"},"timestamp":"2025-06-01T09:58:00Z","messageId":"m1"}
{"userId":"ann","event":"Logged In","timestamp":"2025-06-01T09:59:00Z","messageId":"m2"}
{"userId":"ann","type":"page","properties":{"path":"/pricing"},"timestamp":"2025-06-01T10:00:00Z","messageId":"m3"}
{"userId":"bob","event":"Logged In","timestamp":"2025-06-01T10:30:00Z","messageId":"m4"}
{"userId":"ann","type":"page","properties":{"path":"/pricing"},"timestamp":"2025-06-01T11:00:00Z","messageId":"m5"}
{"userId":"bob","type":"page","properties":{"path":"/blog"},"timestamp":"2025-06-01T11:30:00Z","messageId":"m6"}
{"userId":"ann","type":"page","properties":{"path":"/pricing/enterprise"},"timestamp":"2025-06-01T12:00:00Z","messageId":"m7"}
{"userId":"ann","event":"Email Opened","properties":{"campaign":"case_study"},"timestamp":"2025-06-01T12:05:00Z","messageId":"m8"}
{"userId":"cleo","event":"Email Opened","properties":{"campaign":"newsletter"},"timestamp":"2025-06-05T08:00:00Z","messageId":"m9"}
{"userId":"cleo","event":"Logged In","timestamp":"2025-06-10T08:00:00Z","messageId":"m10"}
)json";

constexpr std::string_view kReadme = R"md(# Segments

`rules.seg` says who is in which segment, `tests.seg` shows it on a few users, `events.jsonl` is a sample of a real log:
one call a line, in the shapes of the Segment specification.

    seg test .                                            # do the rules do what they should?
    seg run . events.jsonl                                # who enters, who leaves, when and why
    seg members . events.jsonl --at 2025-06-02            # who is in at an instant
    seg explain . events.jsonl --user ann --segment high_intent --at 2025-06-02
    seg check .                                           # warnings, and bytes a user
    seg fmt .                                             # the canonical layout
)md";

constexpr StarterFile kFiles[] = {
    {"rules.seg", kRules},
    {"tests.seg", kTests},
    {"events.jsonl", kEvents},
    {"README.md", kReadme},
};

}  // namespace

std::span<const StarterFile> starter_files() { return kFiles; }

}  // namespace segue::cli
