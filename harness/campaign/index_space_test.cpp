#include "harness/campaign/index_space.hpp"

#include <gtest/gtest.h>

#include <set>

namespace difftest::harness {
namespace {

CaseRecord record(std::uint64_t index) {
    CaseRecord result;
    result.index = index;
    return result;
}

TEST(IndexRanges, GrowTogether) {
    IndexRanges ranges;
    for (const std::uint64_t number : {5, 7, 6, 1, 0}) {
        EXPECT_TRUE(ranges.insert(number));
        EXPECT_FALSE(ranges.insert(number));
    }
    EXPECT_EQ(ranges.ranges(), 2U) << "0..1 and 5..7";
    EXPECT_EQ(ranges.size(), 5U);
    for (std::uint64_t number = 0; number < 10; ++number) {
        EXPECT_EQ(ranges.contains(number), number <= 1 || (number >= 5 && number <= 7)) << number;
    }
}

TEST(IndexSelection, ShardsPartTheIndices) {
    std::set<std::uint64_t> seen;
    std::uint64_t wanted = 0;
    for (std::uint64_t shard = 0; shard < 3; ++shard) {
        const IndexSelection selection{7, 40, 5, shard, 3};
        wanted += selection.size();
        std::uint64_t here = 0;
        for (std::uint64_t index = 0; index < 50; ++index) {
            here += selection.contains(index) ? 1 : 0;
            EXPECT_TRUE(!selection.contains(index) || seen.insert(index).second) << index;
        }
        EXPECT_EQ(selection.size(), here);
    }
    EXPECT_EQ(wanted, 33U);
    EXPECT_EQ(seen.size(), 33U);
}

TEST(IndexSpace, WithoutSteeringNothingWaits) {
    IndexSpace space({3, 7, 1, 0, 1}, std::nullopt);
    EXPECT_TRUE(space.add(record(4)));
    EXPECT_FALSE(space.add(record(4)));
    EXPECT_FALSE(space.add(record(9)));
    EXPECT_EQ(space.next().index, 3U);
    EXPECT_EQ(space.next().index, 5U);
    EXPECT_EQ(space.next().index, 6U);
    const IndexSpace::Next end = space.next();
    EXPECT_FALSE(end.index);
    EXPECT_FALSE(end.must_wait);
    EXPECT_EQ(space.done(), 1U);
    EXPECT_EQ(space.wanted(), 4U);
    EXPECT_EQ(space.guidance_of(3).lane, nullptr);
}

/// Two lanes from index 1 on: 2, 4, ... and 1, 3, ...
TEST(IndexSpace, AnIndexWaitsForTheLowerOnesOfItsLaneOnly) {
    SteeringSetup setup;
    setup.lanes = 2;
    IndexSpace space({1, 9, 2, 0, 1}, setup);
    EXPECT_EQ(space.next().index, 1U);
    EXPECT_EQ(space.next().index, 2U);
    EXPECT_TRUE(space.next().must_wait) << "3 waits for 1";
    space.add(record(2));
    EXPECT_TRUE(space.next().must_wait);
    space.add(record(1));
    EXPECT_EQ(space.next().index, 3U);
    EXPECT_EQ(space.next().index, 4U);
    EXPECT_TRUE(space.next().must_wait);
}

/// A journal that was read again holds 1, 2, 5 and 6, in any order: 3 and 4 come next, and 7 waits for 3.
TEST(IndexSpace, AHoleIsFilledFirst) {
    SteeringSetup setup;
    setup.lanes = 2;
    IndexSpace space({1, 9, 2, 0, 1}, setup);
    for (const std::uint64_t index : {6, 1, 5, 2}) {
        space.add(record(index));
    }
    EXPECT_EQ(space.next().index, 3U);
    EXPECT_EQ(space.next().index, 4U);
    EXPECT_TRUE(space.next().must_wait);
    space.add(record(3));
    EXPECT_EQ(space.next().index, 7U);
    space.add(record(4));
    EXPECT_EQ(space.next().index, 8U);
}

/// What a lane knows is the same in whatever order its records come.
TEST(IndexSpace, ALaneLearnsInTheOrderOfItsIndices) {
    SteeringSetup setup;
    setup.lanes = 1;
    setup.full = 1;
    setup.least_matched = 1;
    CaseRecord failing = record(1);
    failing.features = {{"convolution", "dense"}};
    failing.failures.resize(1);
    IndexSpace space({0, 9, 1, 0, 1}, setup);
    CaseRecord second = failing;
    second.index = 2;
    space.add(second);
    space.add(failing);
    EXPECT_FALSE(space.guidance_of(0).lane->avoided({"convolution dense"})) << "index 0 knows nothing of what follows";
    space.add(record(0));
    EXPECT_TRUE(space.guidance_of(3).lane->avoided({"convolution dense"}));
    EXPECT_TRUE(space.guidance_of(7).is_probe);
}

/// Two lanes in blocks of two: 0 2 | 4 6 and 1 3 | 5 7.
TEST(IndexSpace, ABlockIsGivenOutAtOnceAndTheNextWaitsForIt) {
    SteeringSetup setup;
    setup.lanes = 2;
    setup.block = 2;
    IndexSpace space({0, 8, 2, 0, 1}, setup);
    for (std::uint64_t index = 0; index < 4; ++index) {
        EXPECT_EQ(space.next().index, index);
    }
    EXPECT_TRUE(space.next().must_wait);
    space.add(record(2));
    EXPECT_TRUE(space.next().must_wait) << "0 is not done";
    space.add(record(0));
    EXPECT_EQ(space.next().index, 4U);
    EXPECT_TRUE(space.next().must_wait) << "5 waits for 1 and 3";
}

}  // namespace
}  // namespace difftest::harness
