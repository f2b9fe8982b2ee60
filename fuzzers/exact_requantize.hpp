#pragma once

#include "reference/graph/operations.hpp"
#include "reference/oracle/testing/exact.hpp"

#include <cstdint>
#include <optional>

/// The integer requantize rules (semantics, sections 1.7 to 1.10) in exact arithmetic, written from their definitions.
namespace difftest::fuzzers {

using oracle::testing::floor_of;
using oracle::testing::nearest_away;
using oracle::testing::power_of_two;
using oracle::testing::Rational;

inline bool is_s32(const mpz_class& x) {
    return x >= std::numeric_limits<std::int32_t>::min() && x <= std::numeric_limits<std::int32_t>::max();
}

inline mpz_class nearest_up(const Rational& x) {
    return floor_of(x + Rational(1, 2));
}

/// x * multiplier * 2^(shift - 31), rounded once; nothing when that is no s32.
inline std::optional<mpz_class> exact_single(const Rational& product, graph::FixedPointRounding rule) {
    const mpz_class result = rule == graph::FixedPointRounding::single_up ? nearest_up(product) : nearest_away(product);
    return is_s32(result) ? std::optional(result) : std::nullopt;
}

/// gemmlowp: the high half of the doubled product, ties up and -2^31 squared saturated; then the shift to the right,
/// ties away from zero. QNNPACK: ties towards the sign of x instead; LiteRT: ties up.
inline std::optional<mpz_class> exact_double(const mpz_class& x, std::int32_t multiplier, int shift,
                                             graph::FixedPointRounding rule) {
    const mpz_class shifted = Rational(x * power_of_two(std::max(shift, 0))).get_num();
    if (!is_s32(shifted)) {
        return std::nullopt;
    }
    const mpz_class highest = std::numeric_limits<std::int32_t>::max();
    const mpz_class high = std::min(nearest_up(shifted * Rational(multiplier) * power_of_two(-31)), highest);
    const Rational rest = high * power_of_two(std::min(shift, 0));
    if (rule == graph::FixedPointRounding::double_rounding) {
        return nearest_away(rest);
    }
    return x < 0 && rule == graph::FixedPointRounding::q31 ? mpz_class(-nearest_up(-rest)) : nearest_up(rest);
}

inline std::optional<mpz_class> exact_product(std::int32_t x, std::int32_t multiplier, int shift,
                                              graph::FixedPointRounding rule) {
    using graph::FixedPointRounding;
    if (rule == FixedPointRounding::single_up || rule == FixedPointRounding::single_away) {
        return exact_single(Rational(x) * multiplier * power_of_two(shift - 31), rule);
    }
    return exact_double(x, multiplier, shift, rule);
}

/// TVM: (x + 2^(shift - 1)) >> shift; nothing when the sum is no s32.
inline std::optional<mpz_class> exact_shift_round(std::int32_t x, int shift) {
    const Rational sum = Rational(x) + power_of_two(shift - 1);
    if (!is_s32(sum.get_num())) {
        return std::nullopt;
    }
    return floor_of(sum * power_of_two(-shift));
}

}  // namespace difftest::fuzzers
