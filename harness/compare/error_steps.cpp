#include "harness/compare/error_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::harness {
namespace {

/// Bits of the fraction, and the exponent of the smallest normal number.
struct Format {
    int fraction;
    int lowest_exponent;
};

Format format_of(graph::DataType type) {
    switch (type) {
        case graph::DataType::f16: return {10, -14};
        case graph::DataType::bf16: return {7, -126};
        default: return {23, -126};
    }
}

double nearest_end(const oracle::AllowedSet& allowed, double got) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const oracle::Interval& part : allowed.intervals) {
        for (const double end : {part.lo, part.hi}) {
            nearest = std::fabs(end - got) < std::fabs(nearest - got) ? end : nearest;
        }
    }
    return nearest;
}

}  // namespace

double error_steps(const oracle::AllowedSet& allowed, double got, graph::DataType type) {
    const double distance = allowed.distance(got);
    if (distance == 0 || graph::is_integer(type)) {
        return distance;
    }
    if (!std::isfinite(distance) || !std::isfinite(got)) {
        return std::numeric_limits<double>::infinity();
    }
    const auto [fraction, lowest_exponent] = format_of(type);
    const double magnitude = std::fabs(nearest_end(allowed, got));
    const int exponent = magnitude == 0 ? lowest_exponent : std::max(std::ilogb(magnitude), lowest_exponent);
    return std::ldexp(distance, fraction - exponent);
}

int bucket_of(double steps) {
    if (!std::isfinite(steps)) {
        return kNotFinite;
    }
    int exponent = 0;
    const double fraction = std::frexp(steps, &exponent);  // steps = fraction * 2^exponent, fraction in [0.5, 1)
    return std::max(fraction == 0.5 ? exponent - 1 : exponent, 0);
}

std::string bucket_text(int bucket, std::string_view unit) {
    constexpr int kWritten = 10;  // "up to 1024"
    if (bucket == kNotFinite) {
        return "not finite";
    }
    return bucket > kWritten ? fmt::format("up to 2^{} {}", bucket, unit)
                             : fmt::format("up to {} {}", 1 << bucket, unit);
}

}  // namespace difftest::harness
