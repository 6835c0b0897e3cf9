#include "runtime/engine/watermark.h"

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(Watermark, WithoutLatenessOnlyOlderEventsAreLate) {
  Watermark watermark(Duration{0});
  EXPECT_TRUE(watermark.admit({1000}));
  EXPECT_TRUE(watermark.admit({1000})) << "exactly at the watermark";
  EXPECT_EQ(watermark.passed(), Instant{1000}) << "1000 itself is not settled";
  EXPECT_FALSE(watermark.admit({999}));
  EXPECT_TRUE(watermark.admit({1001}));
  EXPECT_FALSE(watermark.admit({1000}));
}

TEST(Watermark, TheLatenessIsExact) {
  Watermark watermark(Duration{100});
  EXPECT_TRUE(watermark.admit({1000}));
  EXPECT_TRUE(watermark.admit({900}));
  EXPECT_FALSE(watermark.admit({899}));
  EXPECT_EQ(watermark.passed(), Instant{900});
  EXPECT_EQ(watermark.newest(), Instant{1000}) << "an older event moves nothing";
}

TEST(Watermark, AllIsNeverLate) {
  Watermark watermark(kLatenessAll);
  EXPECT_TRUE(watermark.admit(kInstantEnd));
  EXPECT_TRUE(watermark.admit(kInstantMin));
  EXPECT_LT(watermark.passed(), kInstantMin);
}

TEST(Watermark, AnAdvanceMakesLateWhatItPasses) {
  Watermark watermark(kLatenessAll);
  watermark.advance_to({500});
  EXPECT_FALSE(watermark.admit({500}));
  EXPECT_TRUE(watermark.admit({501}));
  watermark.advance_to({400});
  EXPECT_EQ(watermark.passed(), Instant{501}) << "time never goes back";
}

}  // namespace
}  // namespace segue
