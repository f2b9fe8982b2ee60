#include "reference/oracle/set_builder.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace difftest::oracle {
namespace {

TEST(SetBuilder, KeepsPointsApartAndJoinsWhatOverlaps) {
    SetBuilder builder;
    builder.add(Interval{3, 3});
    builder.add(Interval{1, 2});
    builder.add(Interval{3, 3});
    builder.add(Interval{1.5, 2.5});
    bool widened = false;
    const AllowedSet set = builder.build(widened);
    EXPECT_THAT(set.intervals, ::testing::ElementsAre(Interval{1, 2.5}, Interval{3, 3}));
    EXPECT_FALSE(widened);
    EXPECT_TRUE(set.contains(3));
    EXPECT_FALSE(set.contains(2.75));
    EXPECT_EQ(set.distance(2.75), 0.25);
}

TEST(SetBuilder, BeyondItsCapacityJoinsTheClosestAndSaysSo) {
    SetBuilder builder;
    for (std::size_t i = 0; i <= SetBuilder::kMostParts; ++i) {
        builder.add(Interval{static_cast<double>(i * i), static_cast<double>(i * i)});
    }
    bool widened = false;
    const AllowedSet set = builder.build(widened);
    EXPECT_TRUE(widened);
    EXPECT_EQ(set.intervals.size(), SetBuilder::kMostParts);
    EXPECT_EQ(set.intervals.front(), (Interval{0, 1}));
}

TEST(AllowedSet, NaNIsAllowedOnlyWhenItIsSaid) {
    AllowedSet set{{{0, 1}}, false, false};
    EXPECT_FALSE(set.contains(std::nan("")));
    EXPECT_TRUE(std::isinf(set.distance(std::nan(""))));
    set.may_be_nan = true;
    EXPECT_TRUE(set.contains(std::nan("")));
    EXPECT_FALSE(set.is_singleton());
}

TEST(AllowedSet, Text) {
    EXPECT_EQ((AllowedSet{{{27, 27}, {28, 28}}, false, false}).to_string(), "{27, 28}");
    EXPECT_EQ((AllowedSet{{{1.5, 2}}, false, false}).to_string(), "[1.5, 2]");
    EXPECT_EQ((AllowedSet{{{16777217, 16777217}}, false, false}).to_string(), "{16777217}");
    EXPECT_EQ((AllowedSet{{{0.1F, 0.1F}}, false, false}).to_string(), "{0.1}");
    EXPECT_EQ((AllowedSet{{}, false, true}).to_string(), "anything");
}

}  // namespace
}  // namespace difftest::oracle
