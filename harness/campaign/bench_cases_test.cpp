#include "harness/campaign/bench_cases.hpp"

#include "reference/graph/validation.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace difftest::harness {
namespace {

/// Shapes and geometry of the convolution, without the values.
std::string shape_of(const graph::Case& value) {
    const graph::Node& head = value.graph.node(0);
    const auto& operation = std::get<graph::Convolution>(head.operation);
    std::string text = std::to_string(operation.strides.at(0));
    for (const graph::TensorId id : {head.inputs.at(0), head.inputs.at(1)}) {
        for (const std::int64_t extent : value.graph.tensor(id).shape) {
            text += " " + std::to_string(extent);
        }
    }
    return text;
}

/// A kernel that the library keeps for an equal convolution would spoil the measurement.
TEST(BenchCases, NoTwoSmallConvolutionsHaveTheSameShape) {
    std::set<std::string> seen;
    for (std::int64_t index = 0; index < kSmallConvolutions; ++index) {
        const graph::Case value = small_convolution(index);
        EXPECT_TRUE(seen.insert(shape_of(value)).second) << index;
    }
    EXPECT_EQ(seen.size(), 2520U);
}

TEST(BenchCases, AreValidAndTheSameEachTime) {
    for (const std::int64_t index : {0, 1, 399, 2519}) {
        const graph::Case value = small_convolution(index);
        EXPECT_FALSE(graph::validate_case(value).has_value());
        EXPECT_EQ(value, small_convolution(index));
    }
    for (const SpeedCase& speed : speed_cases()) {
        EXPECT_FALSE(graph::validate_case(speed.value).has_value()) << speed.value.name;
    }
    EXPECT_FALSE(graph::validate_case(epilogue_case(1024)).has_value());
}

TEST(BenchCases, CountMultiplicationsByHand) {
    const std::vector<SpeedCase> cases = speed_cases();
    ASSERT_EQ(cases.size(), 20U);
    EXPECT_EQ(cases[0].multiplications, 64 * 64 * 14 * 14);
    // 7x7 over 3 channels with stride 2 and padding 3: (32 + 6 - 7) / 2 + 1 = 16
    EXPECT_EQ(cases[9].multiplications, 16 * 16 * 16 * 3 * 7 * 7);
    // depthwise: one channel each
    EXPECT_EQ(cases[15].multiplications, 64 * 14 * 14 * 3 * 3);
    EXPECT_EQ(cases[19].multiplications, 16 * 6 * 12 * 12 * 16 * 27);
}

}  // namespace
}  // namespace difftest::harness
