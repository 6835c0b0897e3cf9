#include "runtime/interp/bands.h"

#include <algorithm>

#include "runtime/cells/blob.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/newest.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/arithmetic.h"
#include "runtime/interp/eval.h"

namespace segue::interp {

using image::Op;
using image::OpRow;

/// One node, taken apart.
struct Bands::Test {
  Band band;
  double number = 0;
  int64_t time_ms = 0;
  Decimal sum;
  uint32_t window = 0;  // with a window each
  int64_t from_ms = 0;  // … its length
  bool constant_first = false;
};

namespace {

using Code = std::span<const OpRow>;

int pops(const OpRow& row) {
  const int pops = image::op_info(row.op).pops;
  return pops < 0 ? static_cast<int>(row.a) : pops;
}

/// Where the code of the operand begins that op `end - 1` ends.
size_t begin_of(Code code, size_t end) {
  int wanted = 1;
  while (wanted != 0) wanted += pops(code[--end]) - 1;
  return end;
}

bool is_number_test(const OpRow& row) {
  return (row.op == Op::kEqual || row.op == Op::kLess || row.op == Op::kLessEqual) && row.b == 0;
}

bool is_sum_test(Op op) {
  return op == Op::kSumEqual || op == Op::kSumLess || op == Op::kSumLessEqual;
}

bool is_time_read(Op op) { return op == Op::kNewestTime || op == Op::kOldestTime; }

/// Whether `code` is `now - time`, and where the time is read.
bool is_age(Code code) {
  return code.size() == 3 && code[0].op == Op::kNow && is_time_read(code[1].op) &&
         code[2].op == Op::kTimeSubtract;
}

constexpr uint32_t slope(int32_t ms) { return static_cast<uint32_t>(image::kSlopeBias + ms); }

bool has_window_each(Band::Shape shape) {
  return shape == Band::Shape::kDays || shape == Band::Shape::kSums;
}

bool equal_ops(Code a, Code b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const OpRow& x, const OpRow& y) {
    return x.op == y.op && x.a == y.a && x.b == y.b;
  });
}

}  // namespace

/// False if the node is no test of a number, sum or time against one constant.
bool Bands::parse(const image::View& view, uint32_t node, Test& test) {
  const image::NodeRow& row = view.nodes[node];
  if (row.type != image::Type::B || row.held.count != 0) return false;
  Code code = view.code(row.code);
  Band& band = test.band;
  band = {.first_node = node, .count = 1, .place = row.place};
  if (code.back().op == Op::kNot) {
    band.negated = true;
    code = code.first(code.size() - 1);
  }
  const OpRow& last = code.back();
  band.op = last.op;
  const auto part = [&](size_t begin, size_t end) {
    return image::Range{row.code.first + static_cast<uint32_t>(begin),
                        static_cast<uint32_t>(end - begin)};
  };
  if (last.op == Op::kNthWithin && code.size() == 1) {
    band.shape = Band::Shape::kWithin;
    band.k = view.nths[last.b].k;
    band.read = part(0, 1);
    test.time_ms = view.nths[last.b].bound_ms;
    return true;
  }
  if (is_sum_test(last.op)) {
    band.shape = Band::Shape::kSum;
    band.read = part(0, code.size() - 1);
    test.sum = view.decimals[last.a];
    parse_window(view, Op::kLogSum, Band::Shape::kSums, test);
    return true;
  }
  const bool number = is_number_test(last);
  const bool time = last.op == Op::kTimeLess || last.op == Op::kTimeLessEqual;
  if (!number && !time) return false;
  const size_t second = begin_of(code, code.size() - 1);
  const Code left = code.first(second);
  const Code right = code.subspan(second, code.size() - 1 - second);
  if (number) {
    const bool first = left.size() == 1 && left[0].op == Op::kConstNumber;
    if (!first && (right.size() != 1 || right[0].op != Op::kConstNumber)) return false;
    band.shape = first ? Band::Shape::kConstant : Band::Shape::kNumber;
    band.read = first ? part(second, code.size() - 1) : part(0, second);
    test.number = view.numbers[(first ? left : right)[0].a];
    parse_window(view, Op::kDaysCount, Band::Shape::kDays, test);
    return true;
  }
  band.shape = Band::Shape::kAge;
  const bool reached = last.op == Op::kTimeLessEqual && last.b == slope(-1) && left.size() == 1 &&
                       left[0].op == Op::kConstTime && is_age(right);
  const bool below = last.op == Op::kTimeLess && last.b == slope(1) && right.size() == 1 &&
                     right[0].op == Op::kConstTime && is_age(left);
  if (!reached && !below) return false;
  band.read = reached ? part(second + 1, second + 2) : part(1, 2);
  test.time_ms = view.times[(reached ? left : right)[0].a];
  return true;
}

/// Makes the test one with a window each, if all it reads is such a window by `op`.
void Bands::parse_window(const image::View& view, Op op, Band::Shape shape, Test& test) {
  const Code read = view.code(test.band.read);
  if (read.size() != 1 || read[0].op != op) return;
  const image::WindowRow& window = view.windows[read[0].b];
  using Kind = image::WindowRow::Kind;
  const bool fits = shape == Band::Shape::kSums
                        ? window.kind == Kind::kRolling && window.to_ms == 0
                        : window.kind == Kind::kCalendar && window.unit == CalendarUnit::kDay;
  if (!fits) return;
  test.constant_first = test.band.shape == Band::Shape::kConstant;
  test.band.shape = shape;
  test.window = read[0].b;
  test.from_ms = window.from_ms;
}

bool Bands::goes_on(const image::View& view, const Test& last, const Test& next) {
  const Band& a = last.band;
  const Band& b = next.band;
  if (b.first_node != a.first_node + 1 || b.place != a.place + 1) return false;
  if (a.shape != b.shape) return false;
  if (has_window_each(a.shape)) {
    return view.code(a.read)[0].a == view.code(b.read)[0].a && last.from_ms <= next.from_ms;
  }
  if (a.op != b.op || a.negated != b.negated || a.k != b.k) return false;
  switch (a.shape) {
    case Band::Shape::kWithin:
      if (view.code(a.read)[0].a != view.code(b.read)[0].a) return false;
      return last.time_ms < next.time_ms;
    case Band::Shape::kAge:
      return equal_ops(view.code(a.read), view.code(b.read)) && last.time_ms < next.time_ms;
    case Band::Shape::kSum:
      return equal_ops(view.code(a.read), view.code(b.read)) && last.sum < next.sum;
    case Band::Shape::kConstant:
    case Band::Shape::kNumber:
    case Band::Shape::kDays:
    case Band::Shape::kSums:
      break;
  }
  return equal_ops(view.code(a.read), view.code(b.read)) && last.number < next.number;
}

Bands::Bands(const image::View& view) {
  std::vector<Test> run;
  for (const image::ChunkRow& chunk : view.chunks) {
    const auto first = static_cast<uint32_t>(bands_.size());
    run.clear();
    for (uint32_t i = 0; i < chunk.node_count; ++i) {
      Test test;
      const bool is_test = parse(view, chunk.first_node + i, test);
      if (!run.empty() && (!is_test || !goes_on(view, run.back(), test))) {
        add(view, run);
        run.clear();
      }
      if (is_test) run.push_back(test);
    }
    add(view, run);
    of_chunk_.push_back({first, static_cast<uint32_t>(bands_.size()) - first});
  }
}

void Bands::add(const image::View& view, std::span<const Test> tests) {
  if (tests.empty()) return;
  Band band = tests[0].band;
  if (tests.size() < (has_window_each(band.shape) ? kWindowBandMin : kBandMin)) return;
  band.count = static_cast<uint32_t>(tests.size());
  switch (band.shape) {
    case Band::Shape::kWithin:
    case Band::Shape::kAge:
      band.constants = static_cast<uint32_t>(times_.size());
      for (const Test& test : tests) times_.push_back(test.time_ms);
      break;
    case Band::Shape::kSum:
      band.constants = static_cast<uint32_t>(sums_.size());
      for (const Test& test : tests) sums_.push_back(test.sum);
      break;
    case Band::Shape::kConstant:
    case Band::Shape::kNumber:
      band.constants = static_cast<uint32_t>(numbers_.size());
      for (const Test& test : tests) numbers_.push_back(test.number);
      break;
    case Band::Shape::kDays:
    case Band::Shape::kSums:
      band.constants = static_cast<uint32_t>(windows_.size());
      band.negated = false;  // each test says it
      for (const Test& test : tests) {
        windows_.push_back({test.band.op, test.band.negated, test.constant_first, test.window,
                            test.number, test.sum});
        windows_.back().find_holds(band.shape == Band::Shape::kDays);
      }
      if (band.shape == Band::Shape::kSums) add_reaches(view, band);
      break;
  }
  bands_.push_back(band);
}

void Bands::add_reaches(const image::View& view, Band& band) {
  const std::vector<Reach> reaches = reaches_of(view, windows(band));
  band.reaches = {static_cast<uint32_t>(reaches_.size()), static_cast<uint32_t>(reaches.size())};
  reaches_.insert(reaches_.end(), reaches.begin(), reaches.end());
  for (uint32_t i = 0; i < band.count; ++i) {
    // Which of them hold of less than the constant.
    band.otherwise |= uint64_t{windows(band)[i].holds & 1} << i;
  }
}

bool Bands::cover(const image::View& view, uint32_t chunk) const {
  uint32_t nodes = 0;
  for (const Band& band : of_chunk(chunk)) nodes += band.count;
  return nodes == view.chunks[chunk].node_count;
}

namespace {

/// The lowest `n` bits.
uint64_t low(size_t n) { return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1; }

/// The bits of all tests, the first lowest, of a value between its neighbours: `below` constants
/// are less than it, `through` are not greater.
uint64_t bits_of(const Band& band, size_t below, size_t through) {
  const bool constant_first = band.shape == Band::Shape::kConstant;
  switch (band.op) {
    case Op::kLess:
    case Op::kSumLess:
      return constant_first ? low(below) : ~low(through);
    case Op::kLessEqual:
    case Op::kSumLessEqual:
      return constant_first ? low(through) : ~low(below);
    default:
      return low(through) & ~low(below);
  }
}

template <class Value>
uint64_t compare(const Band& band, std::span<const Value> constants, Value value) {
  const auto below = std::lower_bound(constants.begin(), constants.end(), value);
  const auto through = std::upper_bound(below, constants.end(), value);
  return bits_of(band, static_cast<size_t>(below - constants.begin()),
                 static_cast<size_t>(through - constants.begin()));
}

/// Those inside leave in the order of their windows' lengths.
uint64_t within(Frame& frame, const Band& band, std::span<const int64_t> lengths) {
  const OpRow& read = frame.view->code(band.read)[0];
  const cells::CellView cell(frame.blob, *frame.view, frame.view->cells[read.a]);
  const int64_t time_ms = cells::newest_nth(cell, band.k);
  const auto first = std::partition_point(lengths.begin(), lengths.end(), [&](int64_t length_ms) {
    return !cells::within_test(time_ms, frame.now_ms, length_ms);
  });
  if (first != lengths.end()) {
    note_deadline(frame, cells::within_deadline(time_ms, frame.now_ms, *first));
  }
  return ~low(static_cast<size_t>(first - lengths.begin()));
}

/// The next age that is reached turns its test.
uint64_t age(Frame& frame, const Band& band, std::span<const int64_t> ages) {
  const int64_t time_ms = eval(frame, band.read).time_ms();
  if (!time_exists(time_ms)) return 0;
  const auto next = std::partition_point(
      ages.begin(), ages.end(), [&](int64_t age_ms) { return age_ms <= frame.now_ms - time_ms; });
  if (next != ages.end()) note_deadline(frame, time_ms + *next);
  const uint64_t reached = low(static_cast<size_t>(next - ages.begin()));
  return band.op == Op::kTimeLess ? ~reached : reached;
}

void store_bits(Frame& frame, uint32_t place, uint32_t count, uint64_t bits) {
  std::byte* word = frame.blob + sizeof(BlobHeader) + size_t{8} * (place / 64);
  const uint32_t shift = place % 64;
  const uint64_t mask = low(count);
  bits &= mask;
  cells::store(word, (cells::load<uint64_t>(word) & ~(mask << shift)) | bits << shift);
  if (shift + count <= 64) return;
  const uint32_t taken = 64 - shift;
  word += 8;
  cells::store(word, (cells::load<uint64_t>(word) & ~(mask >> taken)) | bits >> taken);
}

}  // namespace

void run_band(Frame& frame, const Bands& bands, const Band& band) {
  uint64_t bits = 0;
  switch (band.shape) {
    case Band::Shape::kWithin:
      bits = within(frame, band, bands.times(band));
      break;
    case Band::Shape::kAge:
      bits = age(frame, band, bands.times(band));
      break;
    case Band::Shape::kSum: {
      const Decimal sum = eval(frame, band.read).sum();
      if (is_sum(sum)) bits = compare(band, bands.sums(band), sum);
      break;
    }
    case Band::Shape::kConstant:
    case Band::Shape::kNumber: {
      const double number = eval(frame, band.read).number();
      if (exists(number)) bits = compare(band, bands.numbers(band), number);
      break;
    }
    case Band::Shape::kDays:
    case Band::Shape::kSums: {
      const uint32_t cell = frame.view->code(band.read)[0].a;
      bits = band.shape == Band::Shape::kDays
                 ? test_days(frame, frame.view->cells[cell], bands.windows(band))
                 : test_sums(frame, cell, bands.windows(band), bands.reaches(band));
      break;
    }
  }
  if (band.negated) bits = ~bits;
  store_bits(frame, band.place, band.count, bits);
}

}  // namespace segue::interp
