#include "harness/generate/data_mode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace difftest::harness {
namespace {

constexpr std::int64_t kLowest = -128;
constexpr std::int64_t kHighest = 127;

std::vector<double> values_of(const graph::TensorData& data) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        values.push_back(data.at(i));
    }
    return values;
}

std::vector<double> drawn(DataMode mode, std::uint64_t index) {
    CounterChoices choices(3, index);
    return values_of(integer_tensor(choices, graph::DataType::s8, {2, 300}, mode, kLowest, kHighest));
}

/// 2400 draws of 256 values: each is missing with a probability of e^-9.4.
TEST(DataMode, FullRangeReachesBothEnds) {
    std::set<double> all;
    for (std::uint64_t index = 0; index < 4; ++index) {
        const auto values = drawn(DataMode::full_range, index);
        all.insert(values.begin(), values.end());
    }
    EXPECT_EQ(std::ssize(all), 256);
}

TEST(DataMode, ExtremesAreBothEndsAndNothingElse) {
    const auto values = drawn(DataMode::extremes, 0);
    EXPECT_EQ(std::set<double>(values.begin(), values.end()), (std::set<double>{-128, 127}));
}

TEST(DataMode, OneHotIsZeroButForOne) {
    for (std::uint64_t index = 0; index < 20; ++index) {
        const auto values = drawn(DataMode::one_hot, index);
        EXPECT_GE(std::count(values.begin(), values.end(), 0), 599);
    }
}

TEST(DataMode, ConstantIsOneValue) {
    std::set<double> all;
    for (std::uint64_t index = 0; index < 20; ++index) {
        const auto values = drawn(DataMode::constant, index);
        EXPECT_EQ(std::count(values.begin(), values.end(), values.front()), 600);
        all.insert(values.front());
    }
    EXPECT_GT(all.size(), 10U);
}

TEST(DataMode, ARampRisesByOneAndBeginsAgain) {
    const auto values = drawn(DataMode::ramp, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(values[i], -128 + static_cast<double>(i % 256));
    }
}

TEST(DataMode, SmallAndSparse) {
    const auto small = drawn(DataMode::small, 0);
    EXPECT_TRUE(std::all_of(small.begin(), small.end(), [](double value) { return std::fabs(value) <= 3; }));
    const auto sparse = drawn(DataMode::sparse, 0);
    // One of five is drawn: 120 expected, with a standard deviation of 10.
    EXPECT_NEAR(static_cast<double>(600 - std::count(sparse.begin(), sparse.end(), 0)), 120, 50);
}

/// A coarse draw has multiples of one power of two, 64 of them at most: sums of 2^17 such values are exact.
TEST(DataMode, HalfOfTheFloatsAreOnACoarseGrid) {
    int coarse = 0;
    for (std::uint64_t index = 0; index < 100; ++index) {
        CounterChoices choices(4, index);
        const auto values = values_of(float_tensor(choices, graph::DataType::f32, {50}, DataMode::full_range, 10));
        const double unit = 0x1p-3;  // 10 lies between 2^3 and 2^4; less 6 bits
        coarse +=
            std::all_of(values.begin(), values.end(),
                        [unit](double value) { return std::fmod(value, unit) == 0 && std::fabs(value) <= 64 * unit; })
                ? 1
                : 0;
    }
    EXPECT_NEAR(coarse, 50, 20);
}

TEST(DataMode, EveryModeIsDrawn) {
    std::set<std::string_view> names;
    for (std::uint64_t index = 0; index < 200; ++index) {
        CounterChoices choices(5, index);
        names.insert(name_of(draw_data_mode(choices)));
    }
    EXPECT_EQ(names.size(), 7U);
}

}  // namespace
}  // namespace difftest::harness
