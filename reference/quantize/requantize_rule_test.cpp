// Every requantize rule against what its source publishes, and against its definition in exact rational arithmetic.
#include "reference/quantize/requantize_rule.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace difftest::quantize {
namespace {

constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
constexpr RequantizeTarget kSigned{-128, 127, 0};

std::int32_t result_of(RequantizeRule rule, double multiplier, std::int32_t x, RequantizeTarget target = kSigned) {
    const Requantizer requantizer(rule, multiplier, target);
    return requantizer.stored(requantizer.level(x).value());
}

struct Example {
    double multiplier;
    std::int32_t x;
    std::vector<std::pair<RequantizeRule, std::int32_t>> results;
};

TEST(RequantizeRule, TheWorkedExamplesOfTheSemantics) {
    using enum RequantizeRule;
    const std::vector<Example> examples = {
        // E6: 5/4 = 1.25, which doubling rounds to 3 halves first.
        {0.25,
         5,
         {{tflite, 2},
          {gemmlowp, 2},
          {qnnpack_q31, 2},
          {tflite_single, 1},
          {tvm_upward, 1},
          {tvm_to_nearest, 1},
          {xnnpack_rndnu, 1},
          {xnnpack_rndna, 1},
          {floating, 1},
          {exact, 1}}},
        // E7: -6/4 = -1.5.
        {0.25,
         -6,
         {{tflite, -2},
          {qnnpack_q31, -2},
          {xnnpack_rndna, -2},
          {tvm_to_nearest, -2},
          {floating, -2},
          {exact, -2},
          {tflite_single, -1},
          {xnnpack_rndnu, -1},
          {tvm_upward, -1},
          {shift, -1}}},
        // E8: the halves 1/2 and -1/2.
        {0.25, 2, {{floating, 0}, {tvm_upward, 1}, {tvm_to_nearest, 1}, {floating_away, 1}}},
        {0.25, -2, {{floating, 0}, {tvm_upward, 0}, {tvm_to_nearest, -1}, {floating_away, -1}}},
        // E9: 23.49616 is no tie, but becomes one in the first of two roundings.
        {0.007247427341846, 3242, {{tflite, 24}, {qnnpack_q31, 24}, {tflite_single, 23}, {floating, 23}, {exact, 23}}},
        {0.007247427341846, 3380, {{tflite, 25}, {tflite_single, 24}, {floating, 24}}},
        {0.007247427341846, 3518, {{tflite, 26}, {tflite_single, 25}, {floating, 25}}},
        // E10, E11: the f32 product rounds to the tie.
        {3.73799812e-05F, -2982880, {{floating, -112}, {qnnpack_q31, -112}, {xnnpack_rndnu, -111}, {exact, -111}}},
        {1.15379235e-05F, 2210103, {{floating, 26}, {qnnpack_q31, 26}, {xnnpack_rndnu, 25}, {exact, 25}}},
    };
    for (const Example& example : examples) {
        for (const auto& [rule, expected] : example.results) {
            EXPECT_EQ(result_of(rule, example.multiplier, example.x), expected)
                << name_of(rule) << " of " << example.x << " * " << example.multiplier;
        }
    }
    // E12: -112.193; with zero point 128 the result is 16, and 15 where 16 bits are all there is.
    EXPECT_EQ(result_of(RequantizeRule::xnnpack_rndnu, 0.00727201393F, -15428, {0, 255, 128}), 16);
    EXPECT_EQ(result_of(RequantizeRule::xnnpack_rndnu16, 0.00727201393F, -15428, {0, 255, 128}), 15);
    // E16: 1/2 with zero point 1: rounded before or after it.
    EXPECT_EQ(result_of(RequantizeRule::floating, 0.5, 1, {0, 255, 1}), 1);
    EXPECT_EQ(result_of(RequantizeRule::floating_zero_point, 0.5, 1, {0, 255, 1}), 2);
}

TEST(RequantizeRule, TfliteQuantizationUtilTest) {
    // V35 within 8 bits, V36: significand and shift of QuantizeMultiplier.
    EXPECT_EQ(result_of(RequantizeRule::tflite, 0.1, 0), 0);
    EXPECT_EQ(result_of(RequantizeRule::tflite, 0.1, 1), 0);
    EXPECT_EQ(result_of(RequantizeRule::tflite, 0.00097656, 10000), 10);
    EXPECT_EQ(result_of(RequantizeRule::tflite, 0.00097656, -10000), -10);
    const struct {
        double multiplier;
        std::int32_t value;
        int shift;
    } published[] = {{2 - 1e-9, 2147483647, 1},  {2 - 1e-11, 1073741824, 2}, {2, 1073741824, 2},
                     {0x1p-31, 1073741824, -30}, {0.125, 1073741824, -2},    {0.25, 1073741824, -1},
                     {0.5, 1073741824, 0},       {1, 1073741824, 1},         {4, 1073741824, 3}};
    for (const auto& each : published) {
        const Requantizer rule(RequantizeRule::tflite, each.multiplier, kSigned);
        EXPECT_EQ(rule.fixed_point_multiplier(), each.value) << each.multiplier;
        EXPECT_EQ(rule.shift(), each.shift) << each.multiplier;
    }
    const Requantizer large(RequantizeRule::tflite, 123.45, kSigned);
    EXPECT_NEAR(large.fixed_point_multiplier(), 2071147315, 1);  // the test of TensorFlow allows this 1
    EXPECT_EQ(large.shift(), 7);
}

TEST(RequantizeRule, TvmRequantizeTest) {
    // V39, s_in = 1, s_out = 16: runs of equal results over x = 0..31 and 0..-31.
    const auto expect_runs = [](RequantizeRule rule, int sign, std::vector<std::pair<int, int>> runs) {
        int x = 0;
        for (const auto& [value, count] : runs) {
            for (int n = 0; n < count; ++n, ++x) {
                EXPECT_EQ(result_of(rule, 1.0 / 16, sign * x), value) << name_of(rule) << " of " << sign * x;
            }
        }
        EXPECT_EQ(x, 32);
    };
    expect_runs(RequantizeRule::tvm_upward, 1, {{0, 8}, {1, 16}, {2, 8}});
    expect_runs(RequantizeRule::tvm_to_nearest, 1, {{0, 8}, {1, 16}, {2, 8}});
    expect_runs(RequantizeRule::tvm_upward, -1, {{0, 9}, {-1, 16}, {-2, 7}});
    expect_runs(RequantizeRule::tvm_to_nearest, -1, {{0, 8}, {-1, 16}, {-2, 8}});
    // Saturation: s_in = s_out, 120 + i.
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(result_of(RequantizeRule::tvm_upward, 1, 120 + i), std::min(120 + i, 127));
    }
}

TEST(RequantizeRule, QnnpackRequantizationTester) {
    using enum RequantizeRule;
    // V40: for scale 2^-s and every zero point, both sides of a level round to it.
    const RequantizeRule all[] = {exact,          floating,    gemmlowp,      tflite_single, tvm_upward,
                                  tvm_to_nearest, qnnpack_q31, xnnpack_rndna, xnnpack_rndnu, shift};
    for (int s = 1; s < 12; ++s) {
        for (const std::int32_t zero_point : {0, 1, 77, 128, 255}) {
            for (std::int32_t i = 0; i < 256; i += 5) {
                const RequantizeTarget target{0, 255, zero_point};
                const std::int32_t centre = (i - zero_point) * (1 << s);
                const std::int32_t half = 1 << (s - 1);
                for (const RequantizeRule rule : all) {
                    EXPECT_EQ(result_of(rule, std::ldexp(1, -s), centre, target), i) << name_of(rule);
                    const bool twice = rule == gemmlowp || rule == qnnpack_q31;
                    if (!twice) {
                        EXPECT_EQ(result_of(rule, std::ldexp(1, -s), centre - half + 1, target), i) << name_of(rule);
                        EXPECT_EQ(result_of(rule, std::ldexp(1, -s), centre + half - 1, target), i) << name_of(rule);
                    }
                }
            }
        }
    }
    // INT_MIN * 2^-32 is exactly -1/2: -1 only where ties go away from zero. rndnu and fp32 give 0.
    const RequantizeTarget target{0, 255, 5};
    for (const auto& [rule, expected] : {std::pair(xnnpack_rndna, 4), std::pair(qnnpack_q31, 4), std::pair(gemmlowp, 4),
                                         std::pair(xnnpack_rndnu, 5)}) {
        EXPECT_EQ(result_of(rule, 0x1p-32, kLowest, target), expected) << name_of(rule);
    }
    for (const RequantizeRule rule : {xnnpack_rndna, qnnpack_q31, gemmlowp, xnnpack_rndnu, floating}) {
        EXPECT_EQ(result_of(rule, 0x1.FFFFFEp-1, kHighest, {0, 255, 255}), 255) << name_of(rule);
    }
}

TEST(RequantizeRule, TheFoundingDocument) {
    // V49 after relu, u8: round half up of a / 128, capped at 127 by the clip.
    for (const auto& [a, expected] : {std::pair(0, 0), std::pair(63, 0), std::pair(64, 1), std::pair(191, 1),
                                      std::pair(192, 2), std::pair(16256, 127), std::pair(20000, 127)}) {
        EXPECT_EQ(result_of(RequantizeRule::shift_cast, 0x1p-7, a, {0, 255, 0}), expected) << a;
    }
    // Without the relu a negative level wraps in the cast, where a saturating store gives 0.
    EXPECT_EQ(result_of(RequantizeRule::shift_cast, 0x1p-7, -1000, {0, 255, 0}), 248);
    EXPECT_EQ(result_of(RequantizeRule::shift_cast, 0x1p-7, -100000, {0, 255, 0}), 129);
    EXPECT_EQ(result_of(RequantizeRule::shift, 0x1p-7, -1000, {0, 255, 0}), 0);
}

TEST(RequantizeRule, RefusesWhatItsSourceDoesNotTake) {
    const auto refuses = [](RequantizeRule rule, double multiplier, RequantizeTarget target = kSigned) {
        EXPECT_THROW(Requantizer(rule, multiplier, target), std::invalid_argument) << name_of(rule) << multiplier;
    };
    for (const RequantizeRuleEntry& entry : requantize_rules()) {
        EXPECT_EQ(requantize_rule(entry.name), entry.rule);
        refuses(entry.rule, 0);
        refuses(entry.rule, -0.5);
        refuses(entry.rule, std::nan(""));
        refuses(entry.rule, std::numeric_limits<double>::infinity());
        refuses(entry.rule, 0.5, {0, 256, 0});
        refuses(entry.rule, 0.5, {0, 255, -1});
    }
    refuses(RequantizeRule::qnnpack_q31, 1);
    refuses(RequantizeRule::gemmlowp, 1 - 0x1p-40);  // as f32 it is 1
    refuses(RequantizeRule::xnnpack_rndnu, 256);
    EXPECT_FALSE(requantize_rule("banker"));
}

// --- The definitions, in rationals.

mpq_class power_of_two(int exponent) {
    const mpz_class one = 1;
    return exponent >= 0 ? mpq_class(one << static_cast<unsigned>(exponent))
                         : mpq_class(one, one << static_cast<unsigned>(-exponent));
}

mpz_class ties_up(const mpq_class& x) {
    mpz_class result;
    const mpq_class moved = x + mpq_class(1, 2);
    mpz_fdiv_q(result.get_mpz_t(), moved.get_num_mpz_t(), moved.get_den_mpz_t());
    return result;
}

mpz_class ties_away(const mpq_class& x) {
    return x < 0 ? mpz_class(-ties_up(-x)) : ties_up(x);
}

mpz_class ties_to_even(const mpq_class& x) {
    const mpz_class up = ties_up(x);
    return up - x == mpq_class(1, 2) && up % 2 != 0 ? mpz_class(up - 1) : up;
}

/// The multiplier as the fixed-point rules hold it: `bits` significant bits, ties away from zero.
mpq_class held(double multiplier, int bits) {
    int exponent = 0;
    const double fraction = std::frexp(multiplier, &exponent);
    return mpq_class(ties_away(mpq_class(fraction) * power_of_two(bits))) * power_of_two(exponent - bits);
}

/// The shift of a Q31 multiplier in [1/2, 1).
int shift_of(const mpq_class& multiplier) {
    int shift = 0;
    std::frexp(multiplier.get_d(), &shift);
    return shift;
}

/// gemmlowp and its relatives: x * 2^left * M, ties up at 2^31, then a second rounding.
mpz_class twice(std::int32_t x, const mpq_class& multiplier, mpz_class (*second)(const mpq_class&)) {
    const int shift = shift_of(multiplier);
    const mpq_class fraction = multiplier * power_of_two(-shift);
    const mpz_class high = ties_up(mpq_class(x) * power_of_two(std::max(shift, 0)) * fraction);
    return second(mpq_class(high) * power_of_two(std::min(shift, 0)));
}

mpz_class defined(RequantizeRule rule, double multiplier, std::int32_t x, std::int32_t zero_point) {
    const auto single = static_cast<float>(multiplier);
    const float product = static_cast<float>(x) * single;
    switch (rule) {
        case RequantizeRule::exact: return ties_to_even(mpq_class(x) * mpq_class(multiplier));
        case RequantizeRule::floating: return ties_to_even(mpq_class(product));
        case RequantizeRule::floating_away: return ties_away(mpq_class(product));
        case RequantizeRule::floating_zero_point:
            return ties_to_even(mpq_class(product + static_cast<float>(zero_point))) - zero_point;
        case RequantizeRule::gemmlowp: return twice(x, held(single, 31), ties_away);
        case RequantizeRule::qnnpack_q31: return twice(x, held(single, 31), ties_away);
        case RequantizeRule::tflite: return twice(x, held(multiplier, 31), ties_away);
        case RequantizeRule::litert_optimized: return twice(x, held(multiplier, 31), ties_up);
        case RequantizeRule::tflite_single:
        case RequantizeRule::tvm_upward: return ties_up(mpq_class(x) * held(multiplier, 31));
        case RequantizeRule::tvm_to_nearest: return ties_away(mpq_class(x) * held(multiplier, 31));
        case RequantizeRule::xnnpack_rndna: return ties_away(mpq_class(x) * mpq_class(single));
        case RequantizeRule::xnnpack_rndnu: return ties_up(mpq_class(x) * mpq_class(single));
        case RequantizeRule::xnnpack_rndnu16: {
            const int shift = shift_of(mpq_class(single));
            const mpz_class moved = ties_up(mpq_class(x) * power_of_two(shift));
            const mpz_class clamped = std::clamp(moved, mpz_class(-32768), mpz_class(32767));
            // 15 bits, ties up; the rounding to 2^15 is kept below it.
            mpz_class bits = ties_up(mpq_class(single) * power_of_two(15 - shift));
            bits = std::min(bits, mpz_class(32767));
            return ties_up(mpq_class(clamped) * bits * power_of_two(-15));
        }
        case RequantizeRule::shift:
        case RequantizeRule::shift_cast:
            return ties_up(mpq_class(x) * power_of_two(static_cast<int>(std::lround(std::log2(multiplier)))));
    }
    return 0;
}

/// Whether an s32 on the way overflows: x * 2^left, the addend of a shift, or the rounded product.
bool overflows(RequantizeRule rule, double multiplier, std::int32_t x, const mpz_class& product) {
    const auto is_s32 = [](const mpq_class& value) { return value >= kLowest && value <= kHighest; };
    int exponent = 0;
    const bool power = std::frexp(multiplier, &exponent) == 0.5;
    switch (rule) {
        case RequantizeRule::tflite:
        case RequantizeRule::litert_optimized:
            return !is_s32(mpq_class(x) * power_of_two(std::max(shift_of(held(multiplier, 31)), 0)));
        case RequantizeRule::shift:
        case RequantizeRule::shift_cast:
            return !is_s32(mpq_class(x) + power_of_two(-static_cast<int>(std::lround(std::log2(multiplier))) - 1));
        case RequantizeRule::tvm_upward:
            return !is_s32(power && multiplier < 1 ? mpq_class(x) + power_of_two(-exponent) : mpq_class(product));
        case RequantizeRule::tvm_to_nearest:
        case RequantizeRule::tflite_single:
        case RequantizeRule::xnnpack_rndna:
        case RequantizeRule::xnnpack_rndnu: return !is_s32(mpq_class(product));
        default: return false;
    }
}

TEST(RequantizeRule, EqualsItsDefinition) {
    std::mt19937 engine(7);
    for (const RequantizeRuleEntry& entry : requantize_rules()) {
        int compared = 0;
        for (int n = 0; n < 3000; ++n) {
            const double mantissa = 1 + static_cast<double>(engine()) * 0x1p-32;
            const bool is_small = entry.rule == RequantizeRule::gemmlowp || entry.rule == RequantizeRule::qnnpack_q31 ||
                                  entry.rule == RequantizeRule::shift || entry.rule == RequantizeRule::shift_cast;
            const int exponent = static_cast<int>(engine() % (is_small ? 28U : 34U)) - 30;
            const double multiplier = engine() % 4 == 0 ? std::ldexp(1, exponent) : std::ldexp(mantissa, exponent);
            if (multiplier > 0.5 && is_small) {
                continue;
            }
            // Magnitudes whose results are in range or just outside it.
            const double wanted =
                std::min((static_cast<double>(engine()) * 0x1p-32 - 0.5) * 600 / multiplier, 2147483647.0);
            const auto x = static_cast<std::int32_t>(std::max(wanted, -2147483648.0));
            const RequantizeTarget target = n % 2 == 0 ? kSigned : RequantizeTarget{0, 255, n % 256};
            const Requantizer rule(entry.rule, multiplier, target);
            const std::optional<std::int32_t> level = rule.level(x);
            const mpz_class product = defined(entry.rule, multiplier, x, target.zero_point);
            ASSERT_EQ(!level, overflows(entry.rule, multiplier, x, product)) << entry.name << x << " " << multiplier;
            if (!level) {
                continue;
            }
            ++compared;
            const bool cast = entry.rule == RequantizeRule::shift_cast;
            const mpz_class sum = product + target.zero_point;
            const mpz_class expected =
                std::clamp(sum, mpz_class(cast ? -127 : target.lowest), mpz_class(cast ? 127 : target.highest));
            ASSERT_EQ(mpz_class(*level), expected) << entry.name << " of " << x << " * " << multiplier;
        }
        EXPECT_GT(compared, 2000) << entry.name;
    }
}

}  // namespace
}  // namespace difftest::quantize
