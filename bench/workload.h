// A stream of a SaaS product's events, made from a seed: the load of every benchmark.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segue::bench {

struct WorkloadOptions {
  uint64_t events = 1'000'000;
  uint64_t users = 50'000;
  uint64_t seed = 1;
  double skew = 0.7;                     // activity of the user of rank r is r^-skew; 0 to 2
  double days = 60;                      // the whole stream's length
  int64_t begin_ms = 1'748'736'000'000;  // 2025-06-01T00:00Z
  bool message_ids = true;               // else ties fall to a hash of the line, and no copy is one
  double copies = 0.001;                 // share of lines that are written twice
};

/// What a call is. The first is the identify call, then the events that the rules of
/// examples/02-saas-lifecycle declare, then what only `any` sees.
enum class CallKind : uint8_t {
  kIdentify,
  kPageViewed,
  kEmailOpened,
  kEmailClicked,
  kDemoReplayed,
  kOnboardingStarted,
  kOnboardingSkipped,
  kOnboardingCompleted,
  kLogin,
  kTeammateInvited,
  kLaunchIgnored,
  kCartAdded,
  kFeatureUsed,
  kReportViewed,
  kFileUploaded,
  kCommentAdded,
  kSearched,
  kNotificationClicked,
  kSettingsChanged,
  kIntegrationConnected,
  kExportStarted,
  kTicketOpened,
};
inline constexpr uint32_t kCallKinds = 22;

/// The wire name of an event; empty of identify.
std::string_view wire_name(CallKind kind);

/// One call of one user, before it is written down.
struct Call {
  int64_t at_ms = 0;
  uint32_t user = 0;  // below the number of users
  CallKind kind = CallKind::kIdentify;
  uint8_t detail = 0;    // which path, campaign, step, plan; see workload.cc
  uint64_t message = 0;  // no two calls share one, copies excepted
};

/// The calls in order of time; the same options give the same stream on every machine. Users come
/// in sessions of a few calls, minutes apart, each about one thing (prices, mail, work, onboarding,
/// a cart), so that counts in windows are reached, waits are broken or run out, and carts fall
/// silent. A hundredth of the calls shares its instant with the one before it, of the same user.
///
/// Cost: 60 ns a call. Memory: the open sessions.
class Workload {
 public:
  explicit Workload(const WorkloadOptions& options);

  /// False at the end.
  bool next(Call& call);

 private:
  struct Session {
    uint32_t user = 0;
    uint32_t left = 0;  // calls still to come
    uint8_t topic = 0;
    bool begun = false;
  };

  uint64_t draw();
  double draw_share();  // [0, 1)
  uint32_t draw_user();
  Session draw_session();
  CallKind draw_kind(const Session& session);
  uint8_t draw_detail(const Session& session, CallKind kind);

  WorkloadOptions options_;
  uint64_t state_;
  uint64_t made_ = 0;
  double step_ms_;
  double now_ms_;
  double zipf_end_;  // of the integral of r^-skew over all ranks
  uint64_t spread_;  // ranks are dealt onto numbers by a multiplication
  std::vector<Session> sessions_;
  std::vector<bool> identified_;
  Call last_;
  bool repeat_ = false;
  size_t last_session_ = 0;
};

/// The user's id on the wire: 8 to 12 bytes.
void append_user_id(uint32_t user, std::string& to);

/// The call as a line of JSON in the Segment shape, with its line end: 150 to 280 bytes.
void append_line(const Call& call, const WorkloadOptions& options, std::string& to);

/// The whole stream as lines.
std::string lines_of(const WorkloadOptions& options);

/// Takes `--events N --users N --seed N --skew S --days D --no-message-ids --copies S` at `argv[i]`
/// and moves `i` on; false if it is none of these.
bool take_workload_flag(int argc, char** argv, int& i, WorkloadOptions& options);

}  // namespace segue::bench
