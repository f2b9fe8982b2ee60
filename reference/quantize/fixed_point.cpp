#include "reference/quantize/fixed_point.hpp"

#include <limits>

namespace difftest::quantize {
namespace {

using graph::FixedPointRounding;

std::optional<std::int32_t> as_s32(std::int64_t value) {
    if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(value);
}

/// round(x / 2^exponent) with ties up. Precondition: 1 <= exponent <= 62 and |x| <= 2^62.
std::int64_t divide_ties_up(std::int64_t x, int exponent) {
    return (x + (std::int64_t{1} << (exponent - 1))) >> exponent;
}

std::int64_t divide_ties_away(std::int64_t x, int exponent) {
    return x < 0 ? -divide_ties_up(-x, exponent) : divide_ties_up(x, exponent);
}

std::optional<std::int32_t> high_product(std::int32_t x, std::int32_t multiplier, int shift) {
    const auto shifted = as_s32(std::int64_t{x} * (std::int64_t{1} << (shift > 0 ? shift : 0)));
    return shifted ? std::optional(saturating_rounding_doubling_high_mul(*shifted, multiplier)) : std::nullopt;
}

std::optional<std::int32_t> multiply_with_double_rounding(std::int32_t x, std::int32_t multiplier, int shift) {
    const auto high = high_product(x, multiplier, shift);
    return high ? std::optional(rounding_divide_by_power_of_two(*high, shift < 0 ? -shift : 0)) : std::nullopt;
}

std::optional<std::int32_t> multiply_twice_up(std::int32_t x, std::int32_t multiplier, int shift) {
    const auto high = high_product(x, multiplier, shift);
    return high && shift < 0 ? std::optional(static_cast<std::int32_t>(divide_ties_up(*high, -shift))) : high;
}

/// QNNPACK: the correction of the second rounding looks at the sign of x, not of the high product.
std::int32_t multiply_q31(std::int32_t x, std::int32_t multiplier, int shift) {
    const std::int64_t high = divide_ties_up(std::int64_t{x} * multiplier, 31);
    const std::int64_t mask = (std::int64_t{1} << -shift) - 1;
    const std::int64_t remainder = (high & mask) - (x < 0 ? 1 : 0);
    return static_cast<std::int32_t>((high >> -shift) + (remainder > (mask >> 1) ? 1 : 0));
}

}  // namespace

std::int32_t saturating_rounding_doubling_high_mul(std::int32_t a, std::int32_t b) {
    constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
    if (a == kLowest && b == kLowest) {
        return std::numeric_limits<std::int32_t>::max();
    }
    return static_cast<std::int32_t>(divide_ties_up(std::int64_t{a} * b, 31));
}

std::int32_t rounding_divide_by_power_of_two(std::int32_t x, int exponent) {
    return exponent == 0 ? x : static_cast<std::int32_t>(divide_ties_away(x, exponent));
}

std::optional<std::int32_t> multiply_fixed_point(std::int32_t x, std::int32_t multiplier, int shift,
                                                 FixedPointRounding rounding) {
    const std::int64_t product = std::int64_t{x} * multiplier;
    switch (rounding) {
        case FixedPointRounding::double_rounding: return multiply_with_double_rounding(x, multiplier, shift);
        case FixedPointRounding::single_up: return as_s32(divide_ties_up(product, 31 - shift));
        case FixedPointRounding::single_away: return as_s32(divide_ties_away(product, 31 - shift));
        case FixedPointRounding::q31: return multiply_q31(x, multiplier, shift);
        case FixedPointRounding::double_up: return multiply_twice_up(x, multiplier, shift);
    }
    return std::nullopt;
}

std::optional<std::int32_t> shift_round(std::int32_t x, int shift) {
    const auto sum = as_s32(std::int64_t{x} + (std::int64_t{1} << (shift - 1)));
    return sum ? std::optional(*sum >> shift) : std::nullopt;
}

}  // namespace difftest::quantize
