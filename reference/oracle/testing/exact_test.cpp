#include "reference/oracle/testing/exact.hpp"

#include <gtest/gtest.h>

namespace difftest::oracle::testing {
namespace {

// The model that the other tests lean on, against numbers that can be checked by hand.
TEST(RoundToFloat, HandChecked) {
    EXPECT_EQ(round_to_float(Rational(1, 3)), 0x1.555556p-2F);
    EXPECT_EQ(round_to_float(Rational(16777217)), 16777216.0F);  // tie, to even
    EXPECT_EQ(round_to_float(Rational(16777219)), 16777220.0F);  // tie, to even
    EXPECT_EQ(round_to_float(Rational(-16777217)), -16777216.0F);
    EXPECT_EQ(round_to_float(power_of_two(-149)), 0x1p-149F);
    EXPECT_EQ(round_to_float(power_of_two(-150)), 0.0F);           // tie between 0 and the smallest subnormal
    EXPECT_EQ(round_to_float(power_of_two(-150) * 3), 0x1p-148F);  // 1.5 units: tie, to even
    EXPECT_TRUE(std::isinf(round_to_float(power_of_two(128))));
}

TEST(Nearest, Ties) {
    EXPECT_EQ(nearest_even(Rational(5, 2)), 2);
    EXPECT_EQ(nearest_even(Rational(-3, 2)), -2);
    EXPECT_EQ(nearest_away(Rational(5, 2)), 3);
    EXPECT_EQ(nearest_away(Rational(-5, 2)), -3);
}

}  // namespace
}  // namespace difftest::oracle::testing
