#include "reference/oracle/testing/exact.hpp"

#include "reference/oracle/testing/sum_orders.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>

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

TEST(RoundToFloat, IsTheNearestFloatAndTheEvenOneInTheMiddle) {
    Draw draw(1);
    for (int n = 0; n < 2000; ++n) {
        const auto numerator = static_cast<long>(draw(-4000000000, 4000000000));
        Rational x = Rational(numerator, draw(0, 1) == 0 ? 1L << draw(0, 40) : static_cast<long>(draw(1, 1000000)));
        x.canonicalize();
        x *= power_of_two(static_cast<long>(draw(-150, 90)));
        const float nearest = round_to_float(x);
        const Rational distance = abs(x - Rational(nearest));
        for (const float other : {std::nextafterf(nearest, -INFINITY), std::nextafterf(nearest, INFINITY)}) {
            const Rational farther = abs(x - Rational(other));
            std::uint32_t bits = 0;
            std::memcpy(&bits, &nearest, sizeof bits);
            ASSERT_TRUE(distance < farther || (distance == farther && bits % 2 == 0)) << x.get_d();
        }
    }
}

TEST(RoundedSum, IsTheRoundedRationalSumAndSoIsTheProduct) {
    Draw draw(2);
    for (int n = 0; n < 20000; ++n) {
        const float a = draw.real(-30, 30);
        const float b = draw(0, 3) == 0 ? std::ldexp(-a, static_cast<int>(draw(-26, 26))) : draw.real(-30, 30);
        ASSERT_EQ(rounded_sum(a, b), round_to_float(Rational(a) + Rational(b))) << a << " " << b;
        ASSERT_EQ(rounded_product(a, b), round_to_float(Rational(a) * Rational(b))) << a << " " << b;
    }
}

TEST(Nearest, Ties) {
    EXPECT_EQ(nearest_even(Rational(5, 2)), 2);
    EXPECT_EQ(nearest_even(Rational(-3, 2)), -2);
    EXPECT_EQ(nearest_away(Rational(5, 2)), 3);
    EXPECT_EQ(nearest_away(Rational(-5, 2)), -3);
}

}  // namespace
}  // namespace difftest::oracle::testing
