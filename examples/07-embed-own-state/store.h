// Users' states and deadlines in a Redis server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct redisContext;

class Store {
 public:
  explicit Store(const std::string& socket);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  std::vector<std::byte> state(const std::string& user);

  /// Keeps state and deadline together: both or none. Without a deadline there is none.
  void keep(const std::string& user, std::span<const std::byte> state,
            std::optional<int64_t> deadline_ms);

  /// The user whose deadline is the earliest and not after `through_ms`; empty: none.
  std::string due(int64_t through_ms);

 private:
  redisContext* redis_;
};
