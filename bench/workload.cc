#include "bench/workload.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "runtime/base/civil.h"

namespace segue::bench {
namespace {

constexpr std::array<std::string_view, kCallKinds> kWireNames = {
    "",
    "Page Viewed",
    "Email Opened",
    "Email Link Clicked",
    "Demo Replayed",
    "Onboarding Started",
    "Onboarding Step Skipped",
    "Onboarding Completed",
    "Signed In",
    "Teammate Invited",
    "Feature Launch Ignored",
    "Product Added",
    "Feature Used",
    "Report Viewed",
    "File Uploaded",
    "Comment Added",
    "Search Performed",
    "Notification Clicked",
    "Settings Changed",
    "Integration Connected",
    "Export Started",
    "Support Ticket Opened",
};

constexpr std::array<std::string_view, 10> kPaths = {
    "/pricing",  "/pricing/teams", "/pricing/enterprise", "/",     "/docs/getting-started",
    "/docs/api", "/blog/launch",   "/price-list",         "/demo", "/changelog"};
constexpr uint8_t kPricingPaths = 3;

constexpr std::array<std::string_view, 6> kCampaigns = {"case_study", "spring",  "newsletter",
                                                        "webinar",    "renewal", "case_studies"};

// As written in JSON: "2" is a text and equals no number.
constexpr std::array<std::string_view, 6> kSteps = {"1", "2", "3", "4", "\"2\"", "2.0"};

// The last two leave the plan as it is.
constexpr std::array<std::string_view, 6> kTraits = {
    R"("plan":"free","email":"someone@example.com")",
    R"("plan":"pro","email":"someone@example.com")",
    R"("plan":"team")",
    R"("plan":null)",
    R"("email":"someone@example.com")",
    R"("first_name":"Ada","seats":12)"};
constexpr uint8_t kPlans = 4;

/// What a session is about: the kinds of its calls, in parts of a hundred.
struct Topic {
  uint8_t weight;  // of a hundred sessions
  std::array<std::pair<CallKind, uint8_t>, 9> kinds;
};

using enum CallKind;
constexpr std::array<Topic, 6> kTopics = {{
    // work: the sign-in comes first, see draw_kind
    {40,
     {{{kFeatureUsed, 40},
       {kReportViewed, 15},
       {kFileUploaded, 10},
       {kCommentAdded, 12},
       {kSearched, 8},
       {kNotificationClicked, 5},
       {kSettingsChanged, 3},
       {kLaunchIgnored, 4},
       {kPageViewed, 3}}}},
    // prices
    {14,
     {{{kPageViewed, 70},
       {kDemoReplayed, 8},
       {kEmailOpened, 6},
       {kSearched, 6},
       {kTicketOpened, 2},
       {kNotificationClicked, 4},
       {kCartAdded, 2},
       {kLogin, 1},
       {kTeammateInvited, 1}}}},
    // mail
    {16,
     {{{kEmailOpened, 60},
       {kEmailClicked, 22},
       {kPageViewed, 12},
       {kNotificationClicked, 2},
       {kDemoReplayed, 1},
       {kSearched, 1},
       {kLaunchIgnored, 1},
       {kCartAdded, 1},
       {kOnboardingStarted, 0}}}},
    // onboarding
    {12,
     {{{kOnboardingStarted, 25},
       {kOnboardingSkipped, 30},
       {kOnboardingCompleted, 10},
       {kPageViewed, 10},
       {kFeatureUsed, 10},
       {kTeammateInvited, 5},
       {kIntegrationConnected, 5},
       {kSettingsChanged, 4},
       {kLogin, 1}}}},
    // a cart, often the last that is heard for days
    {10,
     {{{kCartAdded, 75},
       {kPageViewed, 15},
       {kSearched, 5},
       {kDemoReplayed, 2},
       {kEmailOpened, 3},
       {kTicketOpened, 0},
       {kLogin, 0},
       {kEmailClicked, 0},
       {kLaunchIgnored, 0}}}},
    // the rest
    {8,
     {{{kLaunchIgnored, 35},
       {kExportStarted, 15},
       {kTicketOpened, 15},
       {kTeammateInvited, 10},
       {kIntegrationConnected, 10},
       {kIdentify, 10},
       {kLogin, 5},
       {kPageViewed, 0},
       {kReportViewed, 0}}}},
}};
constexpr uint8_t kWork = 0;
constexpr uint8_t kPrices = 1;

/// Calls of one session are about ten minutes apart, whatever the rate of the stream.
constexpr double kPauseMs = 600'000;
constexpr uint32_t kSessionCalls = 4;  // on average

}  // namespace

std::string_view wire_name(CallKind kind) { return kWireNames[static_cast<size_t>(kind)]; }

Workload::Workload(const WorkloadOptions& options)
    : options_(options),
      state_(options.seed * 0x9E3779B97F4A7C15 + 1),
      step_ms_(options.days * 86'400'000.0 / static_cast<double>(options.events)),
      now_ms_(static_cast<double>(options.begin_ms)),
      spread_(0x9E3779B1),
      identified_(options.users) {
  const auto users = static_cast<double>(options.users);
  // With skew 1 the integral is a logarithm; a hair beside it makes the general formula serve.
  if (std::fabs(options_.skew - 1) < 1e-6) options_.skew = 1 + 1e-6;
  const double power = 1 - options_.skew;
  zipf_end_ = (std::pow(users + 1, power) - 1) / power;
  sessions_.resize(static_cast<size_t>(std::max(1.0, kPauseMs / step_ms_)));
}

/// splitmix64 (Steele, Lea, Flood 2014).
uint64_t Workload::draw() {
  uint64_t z = state_ += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

double Workload::draw_share() { return static_cast<double>(draw() >> 11) * 0x1p-53; }

/// By inversion of the integral of r^-skew, which is close to the sum. Ranks are dealt onto numbers
/// by a bijection, so that who is active says nothing of the id.
uint32_t Workload::draw_user() {
  const double power = 1 - options_.skew;
  const double rank = std::pow(draw_share() * zipf_end_ * power + 1, 1 / power) - 1;
  const uint64_t whole = std::min(static_cast<uint64_t>(rank), options_.users - 1);
  // `spread_` is a prime above 2^31, so it has no factor in common with a smaller number of users.
  return static_cast<uint32_t>(whole * spread_ % options_.users);
}

Workload::Session Workload::draw_session() {
  Session session;
  session.user = draw_user();
  session.left = 1 + static_cast<uint32_t>(draw() % (2 * kSessionCalls - 1));
  uint64_t ticket = draw() % 100;
  while (ticket >= kTopics[session.topic].weight) ticket -= kTopics[session.topic++].weight;
  if (!identified_[session.user]) ++session.left;
  return session;
}

CallKind Workload::draw_kind(const Session& session) {
  if (!identified_[session.user]) return kIdentify;
  const uint64_t ticket = draw() % 100;
  if (!session.begun && session.topic == kWork) return ticket < 80 ? kLogin : kFeatureUsed;
  uint64_t below = 0;
  for (const auto& [kind, weight] : kTopics[session.topic].kinds) {
    below += weight;
    if (ticket < below) return kind;
  }
  return kFeatureUsed;
}

uint8_t Workload::draw_detail(const Session& session, CallKind kind) {
  const uint64_t ticket = draw();
  const uint64_t percent = (ticket >> 32) % 100;
  switch (kind) {
    case kPageViewed:
      if (session.topic == kPrices && percent < 80) return ticket % kPricingPaths;
      return ticket % kPaths.size();
    case kEmailOpened:
      return percent < 20 ? 0 : ticket % kCampaigns.size();
    case kOnboardingSkipped:
      return ticket % kSteps.size();
    case kIdentify:
      if (!identified_[session.user]) return percent < 70 ? 0 : ticket % kTraits.size();
      return ticket % kTraits.size();
    default:
      return ticket % 8;
  }
}

bool Workload::next(Call& call) {
  if (made_ == options_.events) return false;
  ++made_;
  if (repeat_) {
    repeat_ = false;
    call = last_;
    return true;
  }
  const uint64_t ticket = draw();
  const bool tie = made_ > 1 && ticket % 100 == 0 && sessions_[last_session_].left > 0;
  if (!tie) {
    // Between 0 and 2 steps, so that the whole takes the days asked for.
    now_ms_ += 2 * step_ms_ * draw_share();
    last_session_ = (ticket >> 8) % sessions_.size();
  }
  Session& session = sessions_[last_session_];
  if (session.left == 0) session = draw_session();
  call.at_ms = static_cast<int64_t>(now_ms_);
  call.user = session.user;
  call.kind = draw_kind(session);
  call.detail = draw_detail(session, call.kind);
  call.message = draw();
  identified_[session.user] = true;
  session.begun = true;
  --session.left;
  last_ = call;
  repeat_ = draw_share() < options_.copies;
  return true;
}

// ---- written down -------------------------------------------------------------------------------

void append_user_id(uint32_t user, std::string& to) {
  char text[16] = "user_";
  const auto end = std::to_chars(text + 5, text + sizeof text, user).ptr;
  to.append(text, end);
}

namespace {

void append_hex(uint64_t number, std::string& to) {
  for (int shift = 60; shift >= 0; shift -= 4) to += "0123456789abcdef"[number >> shift & 15];
}

void append_number(uint64_t number, std::string& to) {
  char text[24];
  to.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

void append_time(int64_t at_ms, std::string& to) {
  const LocalDay day{static_cast<int32_t>(at_ms / 86'400'000)};
  auto rest = static_cast<uint32_t>(at_ms % 86'400'000);
  const CivilDate date = civil_of(day);
  char text[] = "0000-00-00T00:00:00.000Z";
  const auto put = [&](size_t end, uint32_t number, int digits) {
    for (; digits > 0; --digits, number /= 10) text[--end] = static_cast<char>('0' + number % 10);
  };
  put(4, static_cast<uint32_t>(date.year), 4);
  put(7, static_cast<uint32_t>(date.month), 2);
  put(10, static_cast<uint32_t>(date.day), 2);
  put(23, rest % 1000, 3);
  rest /= 1000;
  put(19, rest % 60, 2);
  put(16, rest / 60 % 60, 2);
  put(13, rest / 3600, 2);
  to.append(text, 24);
}

void append_properties(const Call& call, std::string& to) {
  const auto text = [&](std::string_view key, std::string_view value) {
    to.append("\"").append(key).append("\":\"").append(value).append("\"");
  };
  switch (call.kind) {
    case kPageViewed:
      text("path", kPaths[call.detail]);
      to += R"(,"referrer":"https://www.example.com/","title":"Example")";
      return;
    case kEmailOpened:
      text("campaign", kCampaigns[call.detail]);
      to += R"(,"client":"web")";
      return;
    case kEmailClicked:
      text("link", "/offers/");
      return;
    case kOnboardingSkipped:
      to.append("\"step\":").append(kSteps[call.detail]);
      return;
    case kIdentify:
      to += kTraits[call.detail];
      return;
    case kCartAdded:
      to.append(R"("sku":"SKU-)");
      append_number(1000 + call.detail, to);
      to.append(R"(","price":)");
      append_number(9 + call.detail * 10, to);
      to += ".99,\"currency\":\"EUR\"";
      return;
    default:
      text("area", call.detail % 2 == 0 ? "workspace" : "admin");
      to += ",\"duration_ms\":";
      append_number(call.message % 5000, to);
  }
}

}  // namespace

void append_line(const Call& call, const WorkloadOptions& options, std::string& to) {
  const bool page = call.kind == kPageViewed;
  const bool identify = call.kind == kIdentify;
  to += identify ? R"({"type":"identify",)" : page ? R"({"type":"page",)" : R"({"type":"track",)";
  if (options.message_ids) {
    to += R"("messageId":"msg_)";
    append_hex(call.message, to);
    to += "\",";
  }
  to += R"("userId":")";
  append_user_id(call.user, to);
  to += R"(","timestamp":")";
  append_time(call.at_ms, to);
  if (!identify && !page) to.append(R"(","event":")").append(wire_name(call.kind));
  to += identify ? R"(","traits":{)" : R"(","properties":{)";
  append_properties(call, to);
  to += "}}\n";
}

std::string lines_of(const WorkloadOptions& options) {
  std::string lines;
  lines.reserve(options.events * 210);
  Workload workload(options);
  for (Call call; workload.next(call);) append_line(call, options, lines);
  return lines;
}

bool take_workload_flag(int argc, char** argv, int& i, WorkloadOptions& options) {
  const std::string_view flag = argv[i];
  if (flag == "--no-message-ids") {
    options.message_ids = false;
    return true;
  }
  const auto take = [&](auto& into) {
    if (i + 1 >= argc) return false;
    const double number = std::strtod(argv[++i], nullptr);
    into = static_cast<std::remove_reference_t<decltype(into)>>(number);
    return true;
  };
  if (flag == "--events") return take(options.events);
  if (flag == "--users") return take(options.users);
  if (flag == "--seed") return take(options.seed);
  if (flag == "--skew") return take(options.skew);
  if (flag == "--days") return take(options.days);
  if (flag == "--copies") return take(options.copies);
  return false;
}

}  // namespace segue::bench
