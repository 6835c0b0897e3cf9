#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "runtime/base/decimal.h"
#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/image/limits.h"
#include "runtime/image/tables.h"
#include "runtime/interp/arithmetic.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/prepared.h"
#include "runtime/interp/zones.h"

/// The stack that runs the image's code. Code is verified before, so nothing is checked here.
namespace segue::interp {

/// One entry: two words whose type the code knows.
struct Entry {
  uint64_t lo;
  uint64_t hi;

  static Entry of(bool truth) { return {truth ? 1u : 0u, 0}; }
  static Entry of(double number) { return {std::bit_cast<uint64_t>(number), 0}; }
  static Entry of(int64_t time_ms) { return {static_cast<uint64_t>(time_ms), 0}; }
  static Entry of(Decimal sum) { return {sum.lo, static_cast<uint64_t>(sum.hi)}; }
  static Entry of(Scalar scalar) { return {scalar.lo, scalar.hi}; }
  // SAFETY: read back by `value` only, while the batch of the event lives.
  static Entry of(const Value* value) { return {reinterpret_cast<uintptr_t>(value), 0}; }

  bool truth() const { return lo != 0; }
  double number() const { return std::bit_cast<double>(lo); }
  int64_t time_ms() const { return static_cast<int64_t>(lo); }
  Decimal sum() const { return {lo, static_cast<int64_t>(hi)}; }
  Scalar scalar() const { return {lo, hi}; }
  const Value& value() const { return *reinterpret_cast<const Value*>(lo); }
};
static_assert(sizeof(Entry) == 16);

class Machine {
 public:
  explicit Machine(Frame& at) : frame(at) {}

  template <class T>
  void push(T value) {
    stack_[depth_++] = Entry::of(value);
  }
  void push(Entry entry) { stack_[depth_++] = entry; }
  Entry pop() { return stack_[--depth_]; }

  /// The `count` top entries, the deepest first; they are popped.
  std::span<const Entry> pop(uint32_t count) {
    depth_ -= count;
    return {stack_ + depth_, count};
  }

  /// A value that lives as long as the event is at hand.
  void push_made(const Value& value) {
    Value* made = frame.made.make<Value>(1).data();
    *made = value;
    push(static_cast<const Value*>(made));
  }

  const image::View& view() const { return *frame.view; }
  const Prepared& prepared() const { return *frame.prepared; }

  Frame& frame;
  Value event_name;  // of the event at hand, once it was asked for

 private:
  uint32_t depth_ = 0;
  Entry stack_[image::kStackDepthMax];
};

/// What each op does; defined by theme in the files *_ops.cc.
template <image::Op op>
void run(Machine& machine, const image::OpRow& row);

#define IMAGE_OP(id, name, pops, result) \
  template <>                            \
  void run<image::Op::id>(Machine & machine, const image::OpRow& row);
#include "runtime/image/ops.def"
#undef IMAGE_OP

}  // namespace segue::interp
