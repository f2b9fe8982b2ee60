#include "harness/compare/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using oracle::AllowedSet;
using oracle::AllowedTensor;

AllowedTensor points(DataType type, graph::Shape shape, const std::vector<double>& values) {
    AllowedTensor result(type, std::move(shape));
    for (std::size_t index = 0; index < values.size(); ++index) {
        result.set_point(static_cast<std::int64_t>(index), values[index]);
    }
    return result;
}

TEST(Comparison, EqualOutputHasNothingOutside) {
    const Comparison result =
        compare("out", TensorData(DataType::u8, {3}, {0, 28, 255}), points(DataType::u8, {3}, {0, 28, 255}));
    EXPECT_EQ(result.elements, 3);
    EXPECT_EQ(result.judged, 3);
    EXPECT_EQ(result.outside, 0);
    EXPECT_EQ(result.ambiguous, 0);
    EXPECT_FALSE(result.constant);
    EXPECT_FALSE(result.worst.has_value());
    EXPECT_EQ(result.pattern, ErrorPattern::none);
}

TEST(Comparison, NamesTheWorstElementAndItsCoordinates) {
    // Shape [1,2,2,2]: index 5 is channel 1, row 0, column 1. Distances: |25-28| = 3 and |255-28| = 227.
    const Comparison result = compare("out", TensorData(DataType::u8, {1, 2, 2, 2}, {28, 28, 25, 28, 28, 255, 28, 28}),
                                      points(DataType::u8, {1, 2, 2, 2}, {28, 28, 28, 28, 28, 28, 28, 28}));
    EXPECT_EQ(result.outside, 2);
    ASSERT_TRUE(result.worst.has_value());
    EXPECT_EQ(result.worst->index, 5);
    EXPECT_EQ(result.worst->coordinates, (std::vector<std::int64_t>{0, 1, 0, 1}));
    EXPECT_EQ(result.worst->got, 255);
    EXPECT_EQ(result.worst->distance, 227);
    ASSERT_EQ(result.first.size(), 2U);
    EXPECT_EQ(result.first[0].index, 2);
}

TEST(Comparison, CountsAmbiguousAndUnconstrainedElements) {
    AllowedTensor expected = points(DataType::s8, {4}, {1, 2, 3, 4});
    expected.set(1, AllowedSet{{{2, 3}}, false, false});
    expected.set(2, AllowedSet{{}, false, true});
    const Comparison result = compare("out", TensorData(DataType::s8, {4}, {1, 3, -100, 5}), expected);
    EXPECT_EQ(result.elements, 4);
    EXPECT_EQ(result.judged, 3);
    EXPECT_EQ(result.unconstrained, 1);
    EXPECT_EQ(result.ambiguous, 1);
    EXPECT_EQ(result.outside, 1);
    EXPECT_EQ(result.worst->index, 3);
    EXPECT_EQ(result.pattern, ErrorPattern::single_element);
}

TEST(Comparison, NanThatIsNotAllowedIsInfinitelyFar) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    AllowedTensor expected = points(DataType::f32, {3}, {1, 1, 1});
    expected.set(2, AllowedSet{{{1, 1}}, true, false});
    const Comparison result = compare("out", TensorData(DataType::f32, {3}, {100, nan, nan}), expected);
    EXPECT_EQ(result.outside, 2);
    EXPECT_EQ(result.worst->index, 1);
    EXPECT_TRUE(std::isinf(result.worst->distance));
}

TEST(Comparison, SignOfZeroDoesNotMatter) {
    EXPECT_EQ(compare("out", TensorData(DataType::f32, {1}, {-0.0}), points(DataType::f32, {1}, {0.0})).outside, 0);
}

TEST(Comparison, ConstantOutputIsRecognized) {
    EXPECT_TRUE(compare("out", TensorData(DataType::u8, {2}, {7, 7}), points(DataType::u8, {2}, {7, 7})).constant);
    EXPECT_FALSE(compare("out", TensorData(DataType::u8, {2}, {7, 8}), points(DataType::u8, {2}, {7, 8})).constant);
}

TEST(Comparison, KeepsTheFirstOutsideElementsOnly) {
    const std::vector<double> zeros(100, 0);
    const Comparison result = compare("out", TensorData(DataType::u8, {100}, std::vector<double>(100, 1)),
                                      points(DataType::u8, {100}, zeros));
    EXPECT_EQ(result.outside, 100);
    EXPECT_EQ(result.first.size(), kFirstOutside);
}

/// [1,2,3,3] of zeros, held against an output that is `value` at the given indices.
ErrorPattern pattern_of(const std::vector<std::pair<std::size_t, double>>& wrong) {
    std::vector<double> got(18, 0);
    for (const auto& [index, value] : wrong) {
        got[index] = value;
    }
    return compare("out", TensorData(DataType::s8, {1, 2, 3, 3}, got),
                   points(DataType::s8, {1, 2, 3, 3}, std::vector<double>(18, 0)))
        .pattern;
}

TEST(Comparison, ErrorPatterns) {
    EXPECT_EQ(pattern_of({}), ErrorPattern::none);
    EXPECT_EQ(pattern_of({{4, 9}}), ErrorPattern::single_element);
    EXPECT_EQ(pattern_of({{4, -2}, {13, -2}}), ErrorPattern::constant_offset);
    // Channel 1 is indices 9 to 17.
    EXPECT_EQ(pattern_of({{9, 1}, {13, 2}}), ErrorPattern::single_channel);
    // Index 0 is a corner of channel 0, index 12 the left edge of channel 1's middle row.
    EXPECT_EQ(pattern_of({{0, 1}, {12, 2}}), ErrorPattern::border_only);
    // Index 4 is the centre of channel 0.
    EXPECT_EQ(pattern_of({{4, 1}, {12, 2}}), ErrorPattern::scattered);
    // The same distance on both sides is no constant offset.
    EXPECT_EQ(pattern_of({{4, 2}, {13, -2}}), ErrorPattern::scattered);
    std::vector<std::pair<std::size_t, double>> all;
    for (std::size_t index = 0; index < 18; ++index) {
        all.emplace_back(index, static_cast<double>(index) + 1);
    }
    EXPECT_EQ(pattern_of(all), ErrorPattern::everywhere);
}

TEST(Comparison, DifferentShapeIsAFaultOfTheHarness) {
    EXPECT_THROW(compare("out", TensorData(DataType::u8, {2}), points(DataType::u8, {3}, {0, 0, 0})),
                 std::invalid_argument);
    EXPECT_THROW(compare("out", TensorData(DataType::s8, {3}), points(DataType::u8, {3}, {0, 0, 0})),
                 std::invalid_argument);
}

}  // namespace
}  // namespace difftest::harness
