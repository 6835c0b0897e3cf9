// Decoded events as text, every field of them: what tests of two ways to decode compare.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/base/event_batch.h"
#include "runtime/base/hash.h"

namespace segue {

inline std::string print(const Value& value) {
  std::string all = std::to_string(static_cast<int>(value.tag)) + " '" + std::string(value.text) +
                    "' " + std::to_string(std::bit_cast<uint64_t>(value.number)) + "[";
  for (const Value& item : value.items) all += print(item);
  return all + "]";
}

/// The event of that number; of one whose user is hashed wrong it says so.
inline std::string print(const EventBatch& batch, size_t number) {
  const Event& event = batch.events.at(number);
  std::string all = std::to_string(event.kind.index) + " '" + std::string(event.name) + "' '" +
                    std::string(event.user) + "' " + std::to_string(event.at.ms) + " '" +
                    std::string(event.tie) + "' " + std::to_string(event.has_message_id);
  for (const Value& value : event.slots) all += " " + print(value);
  const bool hashed = batch.user_hashes.size() == batch.events.size() &&
                      batch.user_hashes[number] == hash_user(event.user);
  return hashed ? all : all + " hashed wrong";
}

}  // namespace segue
