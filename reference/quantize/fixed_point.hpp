#pragma once

#include "reference/graph/operations.hpp"

#include <cstdint>
#include <optional>

/// Fixed-point requantization: an s32 times a Q31 multiplier and a power of two, in integers only. There is no freedom:
/// two conforming implementations agree in every bit (semantics, sections 1.7 to 1.10).
namespace difftest::quantize {

/// gemmlowp SaturatingRoundingDoublingHighMul: round(a * b / 2^31), ties up; INT_MIN * INT_MIN gives INT_MAX.
std::int32_t saturating_rounding_doubling_high_mul(std::int32_t a, std::int32_t b);

/// gemmlowp RoundingDivideByPOT: round(x / 2^exponent), ties away from zero. Precondition: 0 <= exponent <= 31.
std::int32_t rounding_divide_by_power_of_two(std::int32_t x, int exponent);

/// x * multiplier * 2^(shift - 31), rounded as said; nothing when the left shift or the result overflows an s32, which
/// no implementation defines. Preconditions: -31 <= shift; shift <= 31 (double_rounding, double_up), 30 (single_up,
/// single_away) or 0 (q31, whose multiplier is not negative).
std::optional<std::int32_t> multiply_fixed_point(std::int32_t x, std::int32_t multiplier, int shift,
                                                 graph::FixedPointRounding rounding);

/// (x + 2^(shift - 1)) >> shift; nothing when the sum overflows an s32. Precondition: 1 <= shift <= 31.
std::optional<std::int32_t> shift_round(std::int32_t x, int shift);

}  // namespace difftest::quantize
