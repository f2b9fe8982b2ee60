#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/graph/operations.hpp"

#include <cmath>
#include <cstdint>

/// The scalar steps of every quantization: a real number to an integer, an integer into the range of a type.
namespace difftest::quantize {

/// Rounds to an integer. Exact for every finite double; infinities and NaN are returned as they are.
///   half_to_even         IEEE 754-2019 roundTiesToEven
///   half_away_from_zero  roundTiesToAway
///   half_up              floor(x + 1/2) in exact arithmetic (TVM UPWARD, ARM VRSHR)
///   toward_zero          truncation
inline double round_to_integer(double x, graph::Rounding rounding) {
    const double magnitude = std::fabs(x);
    if (!(magnitude < 0x1p52)) {
        return x;  // an integer, an infinity or NaN
    }
    // On the magnitude the difference is exact: it needs no more bits than x has.
    const auto integer = static_cast<std::int64_t>(magnitude);
    const auto below = static_cast<double>(integer);
    const double fraction = magnitude - below;
    bool up = fraction >= 0.5;
    switch (rounding) {
        case graph::Rounding::half_to_even: up = fraction > 0.5 || (fraction == 0.5 && integer % 2 == 1); break;
        case graph::Rounding::half_away_from_zero: break;
        case graph::Rounding::half_up: up = fraction > 0.5 || (fraction == 0.5 && x > 0); break;
        case graph::Rounding::toward_zero: up = false; break;
    }
    return std::copysign(up ? below + 1 : below, x);
}

/// The same, half to even, of magnitudes below 2^51, in steps that compilers make for several numbers at once: in
/// [2^52, 2^53) the sum rounds to an integer, and to the even one in the middle, as 1.5 * 2^52 is even.
inline double round_half_to_even(double x) {
    constexpr double kShift = 0x1.8p52;
    return std::copysign((x + kShift) - kShift, x);
}

/// The range of an integer type, or any other.
struct Range {
    double lowest;
    double highest;

    Range(double from, double to) : lowest(from), highest(to) {}
    explicit Range(graph::DataType type)
        : lowest(static_cast<double>(graph::lowest_of(type))), highest(static_cast<double>(graph::highest_of(type))) {}
};

/// Clamps to a range. NaN is returned as it is.
inline double saturate(double x, const Range& range) {
    const double below = range.lowest > x ? range.lowest : x;
    return range.highest < below ? range.highest : below;
}

inline double saturate(double x, graph::DataType type) {
    return saturate(x, Range(type));
}

/// Two's complement reduction of an integer into the range of an integer type. Precondition: x is an integer, |x| <
/// 2^63.
double wrap(double x, graph::DataType type);

}  // namespace difftest::quantize
