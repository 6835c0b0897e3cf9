#pragma once

#include <string>
#include <utility>
#include <variant>

namespace segue {

/// What went wrong in the world outside; a wrong rule is a diagnostic, a wrong program a
/// SEGUE_CHECK.
enum class Errc {
  kOk,
  kUnreadable,   // a file is missing, shrinks while read, is not what its name says
  kCorrupt,      // bytes that fail their checksum or a structural check
  kUnsupported,  // a version or a form this build does not know
  kTooLarge,     // a named limit is passed
  kTooLate,      // input dated before what is already settled
  kInvalid,      // an argument outside what the call takes
};

struct Error {
  Errc code = Errc::kOk;
  std::string message;  // lower case, names what was seen and the rule it breaks
};

/// `std::expected<T, Error>` by its names, until the compiler has it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

/// A result without a value.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}

  bool ok() const { return error_.code == Errc::kOk; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace segue

#define SEGUE_CONCAT_(a, b) a##b
#define SEGUE_CONCAT(a, b) SEGUE_CONCAT_(a, b)

/// `SEGUE_TRY(auto image, load(bytes));` takes the value or returns the error, one a line.
#define SEGUE_TRY(declaration, expression)                \
  auto SEGUE_CONCAT(segue_try_, __LINE__) = (expression); \
  if (!SEGUE_CONCAT(segue_try_, __LINE__).has_value())    \
    return SEGUE_CONCAT(segue_try_, __LINE__).error();    \
  declaration = std::move(SEGUE_CONCAT(segue_try_, __LINE__)).value()

/// The same for a `Status`.
#define SEGUE_TRY_STATUS(expression) \
  if (auto segue_status_ = (expression); !segue_status_.ok()) return segue_status_.error()
