#include "runtime/base/event_batch.h"

namespace segue {

std::string_view name_of(RejectKind kind) {
  switch (kind) {
#define REJECT_KIND(id, name, text) \
  case RejectKind::id:              \
    return name;
#include "runtime/base/rejects.def"
#undef REJECT_KIND
  }
  return {};
}

std::string_view text_of(RejectKind kind) {
  switch (kind) {
#define REJECT_KIND(id, name, text) \
  case RejectKind::id:              \
    return text;
#include "runtime/base/rejects.def"
#undef REJECT_KIND
  }
  return {};
}

}  // namespace segue
