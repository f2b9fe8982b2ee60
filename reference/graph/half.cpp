#include "reference/graph/half.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace difftest::graph {

float from_f16(std::uint16_t bits) {
    const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
    const int exponent = (bits >> 10) & 0x1F;
    const int mantissa = bits & 0x3FF;
    if (exponent == 0x1F) {
        return mantissa == 0 ? sign * std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
    }
    if (exponent == 0) {
        return sign * std::ldexp(static_cast<float>(mantissa), -24);
    }
    return sign * std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
}

std::uint16_t to_f16(float value) {
    const std::uint16_t sign = std::signbit(value) ? 0x8000U : 0U;
    if (std::isnan(value)) {
        return sign | 0x7E00U;
    }
    const float magnitude = std::fabs(value);
    if (magnitude >= 65520.0F) {  // halfway between 65504 and 65536 rounds to even, which is infinity
        return sign | 0x7C00U;
    }
    // One unit in the last place of the result: 2^-24 below the normal range, else 2^(exponent-10).
    int exponent = -14;
    if (magnitude >= 0x1p-14F) {
        exponent = std::ilogb(magnitude);
    }
    const float scaled = std::ldexp(magnitude, 10 - exponent);  // exact: a power of two
    const float floor = std::floor(scaled);
    const float rest = scaled - floor;
    int units = static_cast<int>(floor);
    if (rest > 0.5F || (rest == 0.5F && units % 2 != 0)) {
        ++units;
    }
    // A carry out of the mantissa increments the exponent field by itself.
    const int biased = magnitude >= 0x1p-14F ? (exponent + 14) * 1024 + units : units;
    return static_cast<std::uint16_t>(sign | biased);
}

float from_bf16(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) {
        return static_cast<std::uint16_t>((bits >> 16) | 0x0040U);
    }
    const std::uint32_t lowest_kept = (bits >> 16) & 1U;
    return static_cast<std::uint16_t>((bits + 0x7FFFU + lowest_kept) >> 16);
}

}  // namespace difftest::graph
