#include "reference/oracle/float_grid.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace difftest::oracle {

int lowest_bit(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t exponent = (bits >> 23U) & 0xFFU;
    const std::uint32_t mantissa = (bits & 0x7FFFFFU) | (exponent == 0 ? 0U : 0x800000U);
    return std::countr_zero(mantissa) + (exponent == 0 ? -149 : static_cast<int>(exponent) - 150);
}

Interval on_f32_grid(double lo, double hi) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    auto first = static_cast<float>(lo);
    auto last = static_cast<float>(hi);
    first = first < lo ? std::nextafterf(first, kInfinity) : first;
    last = last > hi ? std::nextafterf(last, -kInfinity) : last;
    return {first, last};
}

}  // namespace difftest::oracle
