#include "reference/oracle/set_builder.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

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

/// Points whose gaps are 0 to 30, many of them equal; the definition is taken literally: again and again the narrowest
/// gap goes, the lowest of equal ones first.
TEST(SetBuilder, JoinsAsIfTwoAtATime) {
    std::uint32_t state = 1;
    for (std::size_t count = SetBuilder::kMostParts + 1; count < 400; count += 67) {
        SetBuilder builder;
        std::vector<Interval> expected;
        double at = -1000;
        for (std::size_t i = 0; i < count; ++i) {
            state = state * 1664525U + 1013904223U;
            at += 1 + (state >> 27U);
            const Interval part{at, at + (i % 3 == 0 ? 0.5 : 0)};
            builder.add(part);
            expected.push_back(part);
        }
        expected.back().lo = expected.back().hi = std::numeric_limits<double>::infinity();
        builder.add(expected.back());
        expected.insert(expected.end() - 1, Interval{at, at + ((count - 1) % 3 == 0 ? 0.5 : 0)});
        while (expected.size() > SetBuilder::kMostParts) {
            std::size_t closest = 1;
            for (std::size_t i = 2; i < expected.size(); ++i) {
                const double gap = expected[i].lo - expected[i - 1].hi;
                closest = gap < expected[closest].lo - expected[closest - 1].hi ? i : closest;
            }
            expected[closest - 1].hi = expected[closest].hi;
            expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(closest));
        }
        bool widened = false;
        EXPECT_EQ(builder.build(widened).intervals, expected) << count;
        EXPECT_TRUE(widened);
    }
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
