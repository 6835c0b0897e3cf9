#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace segue {

/// Takes a user's id and state, as long as the call lasts. An empty state: the user was removed; of
/// one who came again since, the new state follows.
using UserSink = std::function<void(std::string_view id, std::span<const std::byte> state)>;

}  // namespace segue
