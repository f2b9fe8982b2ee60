#include "harness/generate/extreme_bias.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

namespace difftest::harness {
namespace {

/// Channel 0 of both batch entries: 5, -7, 20000000, 1; channel 1: 3, 3, 2, -30000000. With the bias the largest sum is
/// a rest of at most 3, beyond what f32 counts in whole numbers before: 2^24 = 16777216.
TEST(CancellingBias, LeavesAFewUnitsOfTheLargestSum) {
    const graph::TensorData sums(graph::DataType::s32, {2, 2, 2}, {5, -7, 3, 3, 2e7, 1, 2, -3e7});
    for (std::uint64_t index = 0; index < 30; ++index) {
        CounterChoices choices(6, index);
        const graph::TensorData bias = bias_that_cancels(choices, sums);
        ASSERT_EQ(bias.size(), 2);
        EXPECT_LE(std::fabs(bias.at(0) + 2e7), 3);
        EXPECT_LE(std::fabs(bias.at(1) - 3e7), 3);
    }
}

/// The lowest s32 has no opposite.
TEST(CancellingBias, StaysInItsType) {
    const graph::TensorData sums(graph::DataType::s32, {1, 1}, {-0x1p31});
    CounterChoices choices(6, 1);
    EXPECT_GE(bias_that_cancels(choices, sums).at(0), 0x7FFFFFFF - 6);
    EXPECT_LE(bias_that_cancels(choices, sums).at(0), 0x7FFFFFFF);
}

}  // namespace
}  // namespace difftest::harness
