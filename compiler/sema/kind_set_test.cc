#include "compiler/sema/kind_set.h"

#include <gtest/gtest.h>

namespace segue::sema {
namespace {

constexpr uint32_t kCount = 6;  // identify, other, and four named

using Members = std::vector<uint32_t>;

TEST(KindSet, AllIsEveryEventButIdentify) {
  EXPECT_EQ(KindSet::all().members(kCount), (Members{1, 2, 3, 4, 5}));
}

TEST(KindSet, MeetsAndJoins) {
  const KindSet few = KindSet::only({{4}, {2}});
  const KindSet most = KindSet::all_but({{2}, {5}});
  EXPECT_EQ(few.members(kCount), (Members{2, 4}));
  EXPECT_EQ(most.members(kCount), (Members{1, 3, 4}));
  EXPECT_EQ(few.meet(most).members(kCount), (Members{4}));
  EXPECT_EQ(most.meet(few).members(kCount), (Members{4}));
  EXPECT_EQ(few.join(most).members(kCount), (Members{1, 2, 3, 4}));
  EXPECT_EQ(few.join(KindSet::only({{3}})).members(kCount), (Members{2, 3, 4}));
  EXPECT_EQ(most.meet(KindSet::all_but({{3}})).members(kCount), (Members{1, 4}));
  EXPECT_EQ(most.join(KindSet::all_but({{3}})).members(kCount), (Members{1, 2, 3, 4, 5}));
  EXPECT_EQ(few.meet(KindSet::only({})).members(kCount), Members{});
}

}  // namespace
}  // namespace segue::sema
