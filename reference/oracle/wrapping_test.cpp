#include "reference/oracle/context.hpp"
#include "reference/oracle/testing/set_evaluation.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace difftest::oracle {
namespace {

using graph::DataType;
using graph::Overflow;
using graph::Rounding;

AllowedSet wrapped(const Interval& integers, DataType type) {
    AllowedTensor data(DataType::s32, {1});
    data.set_interval(0, integers);
    testing::SetEvaluation evaluation(graph::Convert{Rounding::half_to_even, Overflow::wrap}, {data}, type);
    return evaluation.run(evaluate_convert).at(0);
}

/// The low 8 bits, as C++20 defines the conversion.
double low_bits(std::int64_t integer, DataType type) {
    return type == DataType::u8 ? static_cast<double>(static_cast<std::uint8_t>(integer))
                                : static_cast<double>(static_cast<std::int8_t>(integer));
}

// The image of a range of integers is no range where it passes an end of the type: -1..83 in u8 is 255 and 0..83.
TEST(Wrapping, ARangeThatPassesTheEndOfTheTypeFallsApart) {
    EXPECT_EQ(wrapped({-1, 83}, DataType::u8).to_string(), "[0, 83] or 255");
    EXPECT_EQ(wrapped({100, 200}, DataType::s8).to_string(), "[-128, -56] or [100, 127]");
    EXPECT_EQ(wrapped({512, 640}, DataType::u8).to_string(), "[0, 128]");
    EXPECT_EQ(wrapped({-300, 300}, DataType::u8).to_string(), "[0, 255]");
}

TEST(Wrapping, TheSetIsTheLowBitsOfEveryInteger) {
    std::mt19937 engine(20);
    for (int trial = 0; trial < 400; ++trial) {
        const DataType type = trial % 2 == 0 ? DataType::u8 : DataType::s8;
        const std::int64_t lowest = static_cast<int>(engine() % 2000U) - 1000;
        const std::int64_t highest = lowest + engine() % 300U;
        std::set<double> expected;
        for (std::int64_t integer = lowest; integer <= highest; ++integer) {
            expected.insert(low_bits(integer, type));
        }
        const std::vector<double> members =
            testing::members_of(wrapped({static_cast<double>(lowest), static_cast<double>(highest)}, type));
        EXPECT_EQ(std::set<double>(members.begin(), members.end()), expected) << lowest << ".." << highest;
    }
}

}  // namespace
}  // namespace difftest::oracle
