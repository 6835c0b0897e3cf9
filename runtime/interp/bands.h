#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/base/decimal.h"
#include "runtime/image/view.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/window_bands.h"

/// Tests of one shape that differ in one constant, or in a window and a constant: nodes in a row of
/// a chunk, their bits side by side, the constants ascending. What they compare is read once, a
/// search finds how many of the constants lie below, and the bits of all are written together.
namespace segue::interp {

struct Band {
  enum class Shape : uint8_t {
    kWithin,    // the k-th newest time within C
    kAge,       // C <= now - the time read, or that < C
    kConstant,  // C op a number
    kNumber,    // a number op C
    kSum,       // an exact sum op C
    kDays,      // days of a window each op C each
    kSums,      // an exact sum of a window each op C each, windows ascending
  };
  Shape shape = Shape::kNumber;
  image::Op op{};        // of the comparison
  bool negated = false;  // each test is the `not` of it
  uint32_t first_node = 0;
  uint32_t count = 0;
  uint32_t place = 0;      // of the first bit
  image::Range read;       // ops of what is compared; kWithin, kAge, kDays, kSums: the one read
  uint32_t k = 0;          // kWithin
  uint32_t constants = 0;  // the first of `count`
  image::Range reaches;    // kSums
  uint64_t otherwise = 0;  // … `Reaches::otherwise`
};

/// Fewer are as fast one by one.
inline constexpr uint32_t kBandMin = 5;
/// … of tests with a window each, which always share something.
inline constexpr uint32_t kWindowBandMin = 2;

/// The bands of an image. Found once a program; cost: its nodes and their ops.
class Bands {
 public:
  explicit Bands(const image::View& view);

  std::span<const Band> all() const { return bands_; }
  /// Those of a chunk, ascending by node.
  std::span<const Band> of_chunk(uint32_t chunk) const {
    const image::Range range = of_chunk_[chunk];
    return {bands_.data() + range.first, range.count};
  }
  /// Whether all nodes of the chunk lie in bands.
  bool cover(const image::View& view, uint32_t chunk) const;

  std::span<const double> numbers(const Band& band) const {
    return {numbers_.data() + band.constants, band.count};
  }
  std::span<const int64_t> times(const Band& band) const {
    return {times_.data() + band.constants, band.count};
  }
  std::span<const Decimal> sums(const Band& band) const {
    return {sums_.data() + band.constants, band.count};
  }
  std::span<const WindowTest> windows(const Band& band) const {
    return {windows_.data() + band.constants, band.count};
  }
  Reaches reaches(const Band& band) const {
    return {{reaches_.data() + band.reaches.first, band.reaches.count}, band.otherwise};
  }

 private:
  struct Test;
  static bool parse(const image::View& view, uint32_t node, Test& test);
  static void parse_window(const image::View& view, image::Op op, Band::Shape shape, Test& test);
  static bool goes_on(const image::View& view, const Test& last, const Test& next);
  void add(const image::View& view, std::span<const Test> tests);
  void add_reaches(const image::View& view, Band& band);

  std::vector<Band> bands_;
  std::vector<image::Range> of_chunk_;
  std::vector<double> numbers_;
  std::vector<int64_t> times_;
  std::vector<Decimal> sums_;
  std::vector<WindowTest> windows_;
  std::vector<Reach> reaches_;
};

/// Evaluates the nodes of a band and notes the first instant at which one of them may turn.
void run_band(Frame& frame, const Bands& bands, const Band& band);

}  // namespace segue::interp
