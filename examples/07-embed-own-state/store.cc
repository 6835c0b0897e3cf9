#include "store.h"

#include <hiredis/hiredis.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

struct Free {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, Free>;

template <class... Arguments>
Reply ask(redisContext* redis, const char* format, Arguments... arguments) {
  Reply reply(static_cast<redisReply*>(redisCommand(redis, format, arguments...)));
  if (!reply || reply->type == REDIS_REPLY_ERROR) {
    std::fprintf(stderr, "redis: %s\n", reply ? reply->str : redis->errstr);
    std::exit(2);
  }
  return reply;
}

}  // namespace

Store::Store(const std::string& socket) : redis_(redisConnectUnix(socket.c_str())) {
  if (redis_ == nullptr || redis_->err != 0) {
    std::fprintf(stderr, "redis: cannot connect to %s\n", socket.c_str());
    std::exit(2);
  }
}

Store::~Store() { redisFree(redis_); }

std::vector<std::byte> Store::state(const std::string& user) {
  const Reply reply = ask(redis_, "GET state:%b", user.data(), user.size());
  if (reply->type != REDIS_REPLY_STRING) return {};
  const auto* const first = reinterpret_cast<const std::byte*>(reply->str);
  return {first, first + reply->len};
}

void Store::keep(const std::string& user, std::span<const std::byte> state,
                 std::optional<int64_t> deadline_ms) {
  ask(redis_, "MULTI");
  ask(redis_, "SET state:%b %b", user.data(), user.size(), state.data(), state.size());
  if (deadline_ms) {
    ask(redis_, "ZADD deadlines %lld %b", static_cast<long long>(*deadline_ms), user.data(),
        user.size());
  } else {
    ask(redis_, "ZREM deadlines %b", user.data(), user.size());
  }
  ask(redis_, "EXEC");
}

std::string Store::due(int64_t through_ms) {
  const Reply reply = ask(redis_, "ZRANGEBYSCORE deadlines -inf %lld LIMIT 0 1",
                          static_cast<long long>(through_ms));
  if (reply->elements == 0) return {};
  return {reply->element[0]->str, reply->element[0]->len};
}
