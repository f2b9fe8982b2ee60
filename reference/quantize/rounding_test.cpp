#include "reference/quantize/rounding.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace difftest::quantize {
namespace {

using graph::DataType;
using graph::Rounding;

TEST(RoundToInteger, TiesFollowExampleE5OfTheSemantics) {
    const double ties[] = {2.5, -2.5, 0.5, -0.5};
    const double even[] = {2, -2, 0, 0};
    const double away[] = {3, -3, 1, -1};
    const double up[] = {3, -2, 1, 0};
    const double zero[] = {2, -2, 0, 0};
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(round_to_integer(ties[i], Rounding::half_to_even), even[i]);
        EXPECT_EQ(round_to_integer(ties[i], Rounding::half_away_from_zero), away[i]);
        EXPECT_EQ(round_to_integer(ties[i], Rounding::half_up), up[i]);
        EXPECT_EQ(round_to_integer(ties[i], Rounding::toward_zero), zero[i]);
    }
}

TEST(RoundToInteger, OneUlpBelowATieIsNotATie) {
    // Example E25: adding 0.5 in f32 and taking the floor would give 1.
    EXPECT_EQ(round_to_integer(0.49999997F, Rounding::half_up), 0);
    EXPECT_EQ(round_to_integer(0.49999997F, Rounding::half_to_even), 0);
    EXPECT_EQ(round_to_integer(-0.49999997F, Rounding::half_away_from_zero), 0);
}

TEST(RoundToInteger, LargeAndNonFiniteValuesStay) {
    for (const Rounding rounding :
         {Rounding::half_to_even, Rounding::half_away_from_zero, Rounding::half_up, Rounding::toward_zero}) {
        EXPECT_EQ(round_to_integer(16777217.0, rounding), 16777217.0);
        EXPECT_EQ(round_to_integer(1e30, rounding), 1e30);
        EXPECT_EQ(round_to_integer(-std::numeric_limits<double>::infinity(), rounding),
                  -std::numeric_limits<double>::infinity());
        EXPECT_TRUE(std::isnan(round_to_integer(std::nan(""), rounding)));
    }
}

TEST(Saturate, ClampsToTheTypeAndKeepsNaN) {
    EXPECT_EQ(saturate(255.5, DataType::u8), 255);
    EXPECT_EQ(saturate(-1, DataType::u8), 0);
    EXPECT_EQ(saturate(-128.5, DataType::s8), -128);
    EXPECT_EQ(saturate(1e10, DataType::s32), 2147483647.0);
    EXPECT_TRUE(std::isnan(saturate(std::nan(""), DataType::s8)));
}

TEST(Wrap, KeepsTheLowBits) {
    // Example E20: the cast of a clipped -8 and -127 to u8.
    EXPECT_EQ(wrap(-8, DataType::u8), 248);
    EXPECT_EQ(wrap(-127, DataType::u8), 129);
    EXPECT_EQ(wrap(200, DataType::s8), -56);
    EXPECT_EQ(wrap(4294967296.0 + 5, DataType::s32), 5);
}

struct Pair {
    double lo;
    double hi;
};

[[gnu::noinline]] Pair in_float(const Pair& pair) {
    return {static_cast<float>(pair.lo), static_cast<float>(pair.hi)};
}

TEST(Compiler, KeepsTheRoundingOfAPairToFloat) {
    // The oracle rounds intervals like this; GCC 12.2 -O2 leaves out the conversions (cmake/Compiler.cmake).
    const Pair rounded = in_float({16777217.0, -16777219.0});
    EXPECT_EQ(rounded.lo, 16777216.0);
    EXPECT_EQ(rounded.hi, -16777220.0);
}

}  // namespace
}  // namespace difftest::quantize
