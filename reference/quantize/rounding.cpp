#include "reference/quantize/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace difftest::quantize {

double round_to_integer(double x, graph::Rounding rounding) {
    if (!std::isfinite(x)) {
        return x;
    }
    // On the magnitude the difference is exact: it needs no more bits than x has.
    const double magnitude = std::fabs(x);
    const double below = std::floor(magnitude);
    const double fraction = magnitude - below;
    const bool tie = fraction == 0.5;
    const double nearest = fraction < 0.5 ? below : below + 1;
    switch (rounding) {
        case graph::Rounding::half_to_even:
            return std::copysign(tie && std::fmod(below, 2.0) == 0.0 ? below : nearest, x);
        case graph::Rounding::half_away_from_zero: return std::copysign(nearest, x);
        case graph::Rounding::half_up: return std::copysign(tie && x < 0 ? below : nearest, x);
        case graph::Rounding::toward_zero: return std::trunc(x);
    }
    return x;
}

double saturate(double x, graph::DataType type) {
    if (std::isnan(x)) {
        return x;
    }
    return std::clamp(x, static_cast<double>(graph::lowest_of(type)), static_cast<double>(graph::highest_of(type)));
}

double wrap(double x, graph::DataType type) {
    const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(x));
    switch (type) {
        case graph::DataType::s8: return static_cast<std::int8_t>(static_cast<std::uint8_t>(bits));
        case graph::DataType::u8: return static_cast<std::uint8_t>(bits);
        default: return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
    }
}

}  // namespace difftest::quantize
