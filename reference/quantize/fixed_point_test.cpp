// Fixed-point requantization against the worked examples of the semantics (section 1.12) and against the definitions in
// exact rational arithmetic.
#include "reference/quantize/fixed_point.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

namespace difftest::quantize {
namespace {

using graph::FixedPointRounding;

constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
constexpr FixedPointRounding kAll[] = {FixedPointRounding::double_rounding, FixedPointRounding::single_up,
                                       FixedPointRounding::single_away, FixedPointRounding::q31,
                                       FixedPointRounding::double_up};

struct Multiplier {
    std::int32_t value;
    int shift;
};

/// TFLite QuantizeMultiplier: value = round(f * 2^31) for scale = f * 2^shift, 1/2 <= f < 1; exact when scale is a
/// float, and then also the 24 bits of QNNPACK and XNNPACK times 2^7.
Multiplier multiplier_of(double scale) {
    int shift = 0;
    const double fraction = std::frexp(scale, &shift);
    return {static_cast<std::int32_t>(std::round(fraction * 0x1p31)), shift};
}

std::int32_t multiply(std::int32_t x, Multiplier m, FixedPointRounding rounding) {
    return multiply_fixed_point(x, m.value, m.shift, rounding).value();
}

TEST(FixedPoint, E6ToE8AQuarter) {
    // M = 0.25 = 2^30 * 2^(-1 - 31).
    const Multiplier quarter = multiplier_of(0.25);
    ASSERT_EQ(quarter.value, 1 << 30);
    ASSERT_EQ(quarter.shift, -1);
    const struct {
        std::int32_t x, twice, up, away, q31;
    } examples[] = {{5, 2, 1, 1, 2}, {-6, -2, -1, -2, -2}, {2, 1, 1, 1, 1}};
    for (const auto& example : examples) {
        EXPECT_EQ(multiply(example.x, quarter, FixedPointRounding::double_rounding), example.twice);
        EXPECT_EQ(multiply(example.x, quarter, FixedPointRounding::single_up), example.up);
        EXPECT_EQ(multiply(example.x, quarter, FixedPointRounding::single_away), example.away);
        EXPECT_EQ(multiply(example.x, quarter, FixedPointRounding::q31), example.q31);
    }
    EXPECT_EQ(multiply(-2, quarter, FixedPointRounding::single_up), 0);
    EXPECT_EQ(multiply(-2, quarter, FixedPointRounding::single_away), -1);
}

TEST(FixedPoint, E9TwoRoundingsOfNoTie) {
    const Multiplier m = multiplier_of(0.007247427341846);  // 3242 * M = 23.49616
    EXPECT_EQ(multiply(3242, m, FixedPointRounding::double_rounding), 24);
    EXPECT_EQ(multiply(3242, m, FixedPointRounding::q31), 24);
    EXPECT_EQ(multiply(3242, m, FixedPointRounding::single_up), 23);
    EXPECT_EQ(multiply(3242, m, FixedPointRounding::single_away), 23);
}

TEST(FixedPoint, E10ToE12ScalesOfQnnpackAndXnnpack) {
    const Multiplier e10 = multiplier_of(3.73799812e-05F);
    EXPECT_EQ(multiply(-2982880, e10, FixedPointRounding::q31), -112);
    EXPECT_EQ(multiply(-2982880, e10, FixedPointRounding::single_up), -111);
    const Multiplier e11 = multiplier_of(1.15379235e-05F);
    EXPECT_EQ(multiply(2210103, e11, FixedPointRounding::q31), 26);
    EXPECT_EQ(multiply(2210103, e11, FixedPointRounding::single_up), 25);
    EXPECT_EQ(multiply(-15428, multiplier_of(0.00727201393F), FixedPointRounding::single_up) + 128, 16);
}

TEST(FixedPoint, TheDocumentedCornersOfGemmlowp) {
    EXPECT_EQ(saturating_rounding_doubling_high_mul(kLowest, kLowest), kHighest);
    EXPECT_EQ(saturating_rounding_doubling_high_mul(kLowest, kHighest), kLowest + 1);  // -(2^31 - 1)
    EXPECT_EQ(rounding_divide_by_power_of_two(kLowest, 31), -1);
    EXPECT_EQ(rounding_divide_by_power_of_two(kHighest, 31), 1);  // 1 - 2^-31 is nearer to 1
    EXPECT_EQ(rounding_divide_by_power_of_two(kHighest, 0), kHighest);
}

TEST(FixedPoint, OverflowHasNoResult) {
    // 2^30 << 1 leaves s32 in the form that shifts first, although times 1/2 the result would fit.
    EXPECT_FALSE(multiply_fixed_point(1 << 30, 1 << 29, 1, FixedPointRounding::double_rounding));
    EXPECT_EQ(multiply_fixed_point(1 << 30, 1 << 29, 1, FixedPointRounding::single_up), 1 << 29);
    EXPECT_FALSE(multiply_fixed_point(1 << 30, kHighest, 2, FixedPointRounding::single_up));
    EXPECT_FALSE(multiply_fixed_point(kLowest, kHighest, 30, FixedPointRounding::single_away));
    EXPECT_FALSE(shift_round(kHighest - 63, 7));
    EXPECT_EQ(shift_round(kHighest - 64, 7), (kHighest - 64 + 64) / 128);
}

// --- The definitions, in rationals.

mpq_class power_of_two(int exponent) {
    const mpz_class one = 1;
    return exponent >= 0 ? mpq_class(one << static_cast<unsigned>(exponent))
                         : mpq_class(one, one << static_cast<unsigned>(-exponent));
}

mpz_class floor_of(const mpq_class& x) {
    mpz_class result;
    mpz_fdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return result;
}

mpz_class ties_up(const mpq_class& x) {
    return floor_of(x + mpq_class(1, 2));
}

mpz_class ties_away(const mpq_class& x) {
    return x < 0 ? mpz_class(-ties_up(-x)) : ties_up(x);
}

bool is_s32(const mpz_class& x) {
    return x >= kLowest && x <= kHighest;
}

std::optional<mpz_class> defined(std::int32_t x, std::int32_t multiplier, int shift, FixedPointRounding rounding) {
    const mpq_class exact = mpq_class(x) * multiplier * power_of_two(shift - 31);
    if (rounding == FixedPointRounding::single_up || rounding == FixedPointRounding::single_away) {
        const mpz_class result = rounding == FixedPointRounding::single_up ? ties_up(exact) : ties_away(exact);
        return is_s32(result) ? std::optional(result) : std::nullopt;
    }
    const int left = std::max(shift, 0);
    const mpz_class shifted(mpq_class(mpq_class(x) * power_of_two(left)));
    if (!is_s32(shifted)) {
        return std::nullopt;
    }
    mpz_class high = ties_up(mpq_class(shifted) * multiplier * power_of_two(-31));
    high = std::min(high, mpz_class(kHighest));
    const mpq_class rest = mpq_class(high) * power_of_two(shift - left);
    return rounding == FixedPointRounding::double_up ? ties_up(rest) : ties_away(rest);
}

TEST(FixedPoint, EqualsItsDefinition) {
    const char* wanted = std::getenv("DIFFTEST_PROOF_ELEMENTS");
    const std::size_t count = wanted == nullptr ? 20000 : std::strtoull(wanted, nullptr, 10);
    std::mt19937 engine(1);
    const auto draw = [&engine]() -> std::int32_t {
        const auto value = static_cast<std::int32_t>(engine());
        switch (engine() % 4) {
            case 0: return value;
            case 1: return value >> (engine() % 31);
            case 2: return value / (1 << 20) * (1 << (engine() % 20));  // ties
            default: return engine() % 2 == 0 ? kLowest + (value & 1) : kHighest - (value & 3);
        }
    };
    std::size_t undefined = 0;
    for (const FixedPointRounding rounding : kAll) {
        const bool q31 = rounding == FixedPointRounding::q31;
        const bool once = rounding == FixedPointRounding::single_up || rounding == FixedPointRounding::single_away;
        const int most = q31 ? 0 : once ? 30 : 31;
        for (std::size_t n = 0; n < count; ++n) {
            const std::int32_t x = draw();
            const std::int32_t drawn = draw();
            const std::int32_t multiplier = q31 && drawn < 0 ? -(drawn + 1) : drawn;
            const int shift = static_cast<int>(engine() % static_cast<unsigned>(most + 32)) - 31;
            const auto expected = defined(x, multiplier, shift, rounding);
            const auto result = multiply_fixed_point(x, multiplier, shift, rounding);
            ASSERT_EQ(result.has_value(), expected.has_value()) << x << " " << multiplier << " " << shift;
            undefined += expected ? 0 : 1;
            if (expected) {
                ASSERT_EQ(mpz_class(*result), *expected) << x << " " << multiplier << " " << shift;
            }
        }
    }
    EXPECT_GT(undefined, 0U);
    EXPECT_LT(undefined, 2 * count);
}

TEST(FixedPoint, ShiftRoundEqualsItsDefinition) {
    std::mt19937 engine(2);
    for (int n = 0; n < 20000; ++n) {
        const auto x = static_cast<std::int32_t>(engine()) >> (engine() % 24);
        const int shift = 1 + static_cast<int>(engine() % 31);
        const mpz_class sum = mpz_class(x) + (mpz_class(1) << static_cast<unsigned>(shift - 1));
        const auto result = shift_round(x, shift);
        ASSERT_EQ(result.has_value(), is_s32(sum));
        if (result) {
            ASSERT_EQ(mpz_class(*result), ties_up(mpq_class(x) * power_of_two(-shift))) << x << " >> " << shift;
        }
    }
}

}  // namespace
}  // namespace difftest::quantize
