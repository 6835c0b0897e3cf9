#include "cli/progress.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdio>

#include "cli/state_text.h"
#include "cli/terminal.h"

namespace segue::cli {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr unsigned kBarColumns = 24;

std::string clock_text(double seconds) {
  const auto whole = static_cast<uint64_t>(seconds + 0.5);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

std::string rate_text(double per_second) {
  if (per_second >= 1e6) return fmt::format("{:.2f} M/s", per_second / 1e6);
  if (per_second >= 1e3) return fmt::format("{:.0f} k/s", per_second / 1e3);
  return fmt::format("{:.0f}/s", per_second);
}

std::string progress_line(const InputProgress& progress, double seconds, unsigned columns) {
  const double rate = seconds > 0 ? static_cast<double>(progress.events) / seconds : 0;
  std::string line = fmt::format("{}  {}", counted(progress.events, "event"), rate_text(rate));
  if (progress.bytes_total > 0 && progress.bytes_read > 0) {
    const double part = std::min(
        1.0, static_cast<double>(progress.bytes_read) / static_cast<double>(progress.bytes_total));
    const auto done = static_cast<unsigned>(part * kBarColumns);
    const std::string bar = std::string(done, '=') + std::string(kBarColumns - done, ' ');
    line = fmt::format("{:3.0f}% [{}]  {}  {} left", part * 100, bar, line,
                       clock_text(seconds / part - seconds));
  }
  return line.substr(0, columns > 0 ? columns - 1 : 0);
}

Progress::Progress() : enabled_(is_terminal(Stream::kErr)) { restart(); }

void Progress::restart() {
  begin_ = Clock::now();
  next_ = begin_ + kPatience;
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

void Progress::show(const InputProgress& progress) {
  if (!enabled_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  visible_ = true;
  fmt::print(stderr, "\r\x1b[K{}",
             progress_line(progress, seconds(), terminal_columns(Stream::kErr)));
}

void Progress::clear() {
  if (visible_) fmt::print(stderr, "\r\x1b[K");
  visible_ = false;
}

}  // namespace segue::cli
