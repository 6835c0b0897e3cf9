#include "api/runtime/backend.h"

namespace segue {
namespace {

class EngineBackend final : public Backend {
 public:
  EngineBackend(std::shared_ptr<const Program> program, const EngineOptions& options,
                EngineListener& listener)
      : engine_(std::move(program), options, listener) {}

  void push(EventBatch batch) override { engine_.push(std::move(batch)); }
  void advance_to(Instant through) override { engine_.advance_to(through); }
  void finish(Instant until) override { engine_.finish(until); }
  Status stop_at(Instant at) override { return engine_.stop_at(at); }
  std::vector<std::vector<std::string_view>> members() override { return engine_.members(); }
  std::vector<std::pair<std::string_view, double>> scores(uint32_t score) override {
    return engine_.scores(score);
  }
  EngineStats stats() const override { return engine_.stats(); }
  Engine* engine() override { return &engine_; }

 private:
  Engine engine_;
};

}  // namespace

std::unique_ptr<Backend> make_engine_backend(std::shared_ptr<const Program> program,
                                             const EngineOptions& options,
                                             EngineListener& listener) {
  return std::make_unique<EngineBackend>(std::move(program), options, listener);
}

}  // namespace segue
