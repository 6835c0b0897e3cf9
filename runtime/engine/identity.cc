#include "runtime/engine/identity.h"

namespace segue {

IdentityCall identity_call_of(const Event& event, Instant at) {
  IdentityCall call;
  call.at = at;
  call.user = event.user;
  if (event.kind == kAliasKind) {
    call.kind = IdentityCall::Kind::kAlias;
    call.previous = event.name;
  }
  return call;
}

std::vector<IdentityCall> IdentityQueue::take_next() {
  std::vector<IdentityCall> calls;
  const Instant at = next();
  while (!waiting_.empty() && waiting_.begin()->at == at) {
    calls.push_back(std::move(waiting_.extract(waiting_.begin()).value()));
  }
  return calls;
}

}  // namespace segue
