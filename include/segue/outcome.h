// How a public function says that the world was wrong. Wrong rules are findings, see findings.h.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace segue {

/// What kind of thing went wrong.
enum class Fault : uint8_t {
  kNone,
  kUnreadable,   ///< a file is missing, shrinks while read, is not what its name says
  kCorrupt,      ///< bytes that fail a checksum or a structural check
  kUnsupported,  ///< a form or a version this build does not know
  kTooLarge,     ///< a named limit is passed
  kTooLate,      ///< input dated before what is already settled
  kInvalid,      ///< an argument outside what the call takes
};

/// Success, or a fault with a message in lower case that names what was seen.
class [[nodiscard]] Outcome {
 public:
  Outcome() noexcept = default;
  Outcome(Fault fault, std::string message) noexcept
      : fault_(fault), message_(std::move(message)) {}

  bool ok() const noexcept { return fault_ == Fault::kNone; }
  Fault fault() const noexcept { return fault_; }
  const std::string& message() const noexcept { return message_; }

 private:
  Fault fault_ = Fault::kNone;
  std::string message_;
};

}  // namespace segue
