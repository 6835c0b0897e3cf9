#include "runtime/engine/lives.h"

#include <algorithm>
#include <set>
#include <utility>

namespace segue {

Lives::Lives(std::vector<IdentityCall> calls) {
  std::sort(calls.begin(), calls.end());
  for (const IdentityCall& call : calls) {
    if (call.kind == IdentityCall::Kind::kAlias) {
      join(call);
    } else {
      forget(call);
    }
  }
}

Lives::Lives(std::vector<IdentityCall> calls, std::span<const Event* const> events)
    : Lives(std::move(calls)) {
  for (const Event* event : events) now(std::string(event->user));
}

uint32_t Lives::add(std::string user, Instant begin) {
  Life life;
  life.user = std::move(user);
  life.begin = begin;
  lives_.push_back(std::move(life));
  ids_.emplace_back();
  return static_cast<uint32_t>(lives_.size() - 1);
}

/// The life that the id has as of the call at hand.
uint32_t Lives::now(const std::string& id) {
  std::vector<Span>& spans = spans_[id];
  if (spans.empty()) {
    spans.push_back({kLongAgo, add(id, kLongAgo)});
    ids_.back().push_back(id);
  }
  return spans.back().life;
}

void Lives::join(const IdentityCall& call) {
  const uint32_t from = now(call.previous);
  const uint32_t into = now(call.user);
  if (from == into) return;
  const uint32_t both = add(lives_[into].user, call.at);
  lives_[both].joined = {from, into};
  for (const uint32_t ended : {from, into}) {
    lives_[ended].end = call.at;
    lives_[ended].ended = Life::End::kMerge;
    for (std::string& id : ids_[ended]) {
      spans_[id].push_back({call.at, both});
      ids_[both].push_back(std::move(id));
    }
    ids_[ended].clear();
  }
}

void Lives::forget(const IdentityCall& call) {
  const uint32_t ended = now(call.user);
  if (lives_[ended].begin > call.at) return;  // a repeat
  lives_[ended].end = call.at;
  lives_[ended].ended = Life::End::kDelete;
  const std::vector<std::string> ids = std::move(ids_[ended]);
  for (const std::string& id : ids) {
    const Instant after = call.at + Duration{1};
    const uint32_t anew = add(id, after);
    ids_[anew].push_back(id);
    spans_[id].push_back({after, anew});
  }
}

uint32_t Lives::life_of(std::string_view id, Instant at) const {
  const std::vector<Span>& spans = spans_.find(id)->second;
  const auto after = std::partition_point(spans.begin(), spans.end(),
                                          [&](const Span& span) { return span.from <= at; });
  const uint32_t life = std::prev(after)->life;
  return at < lives_[life].end ? life : kNone;
}

std::vector<uint32_t> Lives::line_of(uint32_t life) const {
  std::vector<uint32_t> line;
  std::vector<std::pair<uint32_t, size_t>> open = {{life, 0}};
  while (!open.empty()) {
    auto& [at, next] = open.back();
    const std::vector<uint32_t>& joined = lives_[at].joined;
    if (next < joined.size()) {
      open.emplace_back(joined[next++], 0);
      continue;
    }
    line.push_back(at);
    open.pop_back();
  }
  return line;
}

void LifeEvents::add(const Event& event) {
  const uint32_t life = lives_.life_of(event.user, event.at);
  if (life != Lives::kNone) own_[life].push_back(event);
}

uint64_t LifeEvents::drop_copies(std::optional<Duration> dedupe) {
  uint64_t copies = 0;
  std::vector<std::map<std::string_view, Instant>> kept(own_.size());  // by messageId
  for (uint32_t life = 0; life < own_.size(); ++life) {
    std::vector<Event>& events = own_[life];
    std::sort(events.begin(), events.end(),
              [](const Event& a, const Event& b) { return a.at < b.at; });
    for (const uint32_t before : lives_.all()[life].joined) {
      for (const auto& [id, at] : kept[before]) {
        Instant& newest = kept[life].try_emplace(id, at).first->second;
        newest = std::max(newest, at);
      }
    }
    std::set<std::pair<Instant, std::string_view>> seen;
    std::erase_if(events, [&](const Event& event) {
      if (!event.has_message_id) return false;
      if (dedupe) {
        const auto [place, is_new] = kept[life].try_emplace(event.tie, event.at);
        if (!is_new && event.at > place->second && event.at - place->second <= *dedupe) {
          ++copies;
          return true;
        }
        place->second = event.at;
      }
      if (!seen.insert({event.at, event.tie}).second) ++copies;
      return false;
    });
  }
  return copies;
}

std::vector<Event> LifeEvents::history(uint32_t life) {
  std::vector<Event> events;
  const std::vector<uint32_t> line = lives_.line_of(life);
  for (uint32_t number = 0; number < line.size(); ++number) {
    for (Event event : own_[line[number]]) {
      if (line.size() > 1) {
        std::string tie;
        for (const int shift : {24, 16, 8, 0}) tie += static_cast<char>(number >> shift & 0xFF);
        event.tie = ties_.copy(tie.append(event.tie));
      }
      event.user = lives_.all()[life].user;
      events.push_back(event);
    }
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.at < b.at; });
  return events;
}

}  // namespace segue
