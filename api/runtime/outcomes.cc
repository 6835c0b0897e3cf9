#include "api/runtime/outcomes.h"

namespace segue {

Outcome outcome_of(const Error& error) {
  switch (error.code) {
    case Errc::kOk:
      return {};
    case Errc::kUnreadable:
      return {Fault::kUnreadable, error.message};
    case Errc::kCorrupt:
      return {Fault::kCorrupt, error.message};
    case Errc::kUnsupported:
      return {Fault::kUnsupported, error.message};
    case Errc::kTooLarge:
      return {Fault::kTooLarge, error.message};
    case Errc::kTooLate:
      return {Fault::kTooLate, error.message};
    case Errc::kInvalid:
      return {Fault::kInvalid, error.message};
  }
  return {Fault::kInvalid, error.message};
}

}  // namespace segue
