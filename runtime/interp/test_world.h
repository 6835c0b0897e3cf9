#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "runtime/image/assemble.h"
#include "runtime/interp/program.h"

/// What the tests of the interpreter share: a program from image text, and one user of it.
namespace segue {

inline std::unique_ptr<Program> program_of(std::string_view text) {
  Result<image::Tables> tables = image::assemble(text);
  if (!tables) {
    ADD_FAILURE() << tables.error().message;
    return nullptr;
  }
  Result<image::Image> image = image::Image::open(tables->finish());
  if (!image) {
    ADD_FAILURE() << image.error().message;
    return nullptr;
  }
  return std::make_unique<Program>(std::move(*image));
}

inline std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline Value text_value(std::string_view text) { return {ValueTag::kText, 0, text, {}}; }
inline Value number_value(std::string_view digits) { return number_from_text(digits); }
inline Value truth_value(bool truth) {
  return {truth ? ValueTag::kTrue : ValueTag::kFalse, 0, {}, {}};
}
inline Value missing_value() { return {ValueTag::kMissing, 0, {}, {}}; }
inline Value list_value(std::span<const Value> items) { return {ValueTag::kList, 0, {}, items}; }

/// One event of a test; its slots in the order of its kind's list.
struct TestEvent {
  uint32_t kind;
  std::vector<Value> slots;
  std::string tie;
  bool has_message_id = false;
};

/// One user.
class World {
 public:
  explicit World(std::string_view image_text) : program_(program_of(image_text)) {}
  explicit World(std::unique_ptr<Program> program) : program_(std::move(program)) {}

  Status apply(int64_t at_ms, const std::vector<TestEvent>& events) {
    std::vector<Event> batch;
    for (const TestEvent& event : events) {
      batch.push_back({Instant{at_ms}, KindId{event.kind}, user,
                       event.kind == 0   ? ""
                       : event.kind == 1 ? "other"
                                         : wire_name(event.kind),
                       event.tie, event.has_message_id, event.slots});
    }
    return segue::apply(*program_, blob, batch, out);
  }

  void advance(int64_t through_ms) {
    segue::advance(*program_, blob, user, Instant{through_ms}, out);
  }

  bool is_member(uint32_t segment) const { return member(*program_, blob, segment); }

  /// The transitions since the last call, as `+0@1000 view` or `-1@2000 time`.
  std::vector<std::string> changes() {
    std::vector<std::string> texts;
    for (const Transition& change : out) {
      const std::string_view cause = change.cause == Cause::kTime    ? "time"
                                     : change.cause == Cause::kTrait ? "trait"
                                                                     : change.event;
      texts.push_back(fmt::format("{}{}@{} {}", change.entered ? '+' : '-', change.segment,
                                  change.at.ms, cause));
    }
    out.clear();
    return texts;
  }

  std::string_view wire_name(uint32_t kind) const {
    return program_->view().text(program_->view().kinds[kind].name);
  }
  const Program& program() const { return *program_; }

  std::string user = "ann";
  Blob blob;
  std::vector<Transition> out;

 private:
  std::unique_ptr<Program> program_;
};

}  // namespace segue
