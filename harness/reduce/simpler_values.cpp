#include "harness/reduce/simpler_values.hpp"

#include "harness/reduce/case_cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace difftest::harness {
namespace {

/// Whether the type can hold the number as it is.
bool representable(double value, graph::DataType type) {
    if (graph::is_integer(type)) {
        return value == std::trunc(value) && value >= static_cast<double>(graph::lowest_of(type)) &&
               value <= static_cast<double>(graph::highest_of(type));
    }
    if (type == graph::DataType::f32) {
        return std::fabs(value) <= std::numeric_limits<float>::max() &&
               static_cast<double>(static_cast<float>(value)) == value;
    }
    // Enough for every number that is proposed here: seven bits of mantissa, and a magnitude that both types have.
    return std::fabs(value) >= 0x1p-14 && std::fabs(value) <= 256 && std::trunc(value * 128) == value * 128 &&
           std::trunc(value) == value;
}

double nearest_in(double value, graph::DataType type) {
    return type == graph::DataType::f32 ? static_cast<double>(static_cast<float>(value)) : value;
}

}  // namespace

std::vector<double> simpler_values(double value, graph::DataType type) {
    std::vector<double> wishes = {0, 1, -1};
    if (std::isfinite(value) && value != 0) {
        const double sign = std::copysign(1.0, value);
        const double below = std::exp2(std::floor(std::log2(std::fabs(value))));
        wishes.insert(wishes.end(), {sign * below, sign * 2 * below, sign * below / 2});
        for (int digits = 1; digits < 7; ++digits) {
            wishes.push_back(nearest_in(std::strtod(fmt::format("{:.{}e}", value, digits - 1).c_str(), nullptr), type));
        }
        wishes.insert(wishes.end(), {std::trunc(value), std::trunc(value / 2), value - sign});
        wishes.push_back(std::trunc(value / 10) * 10);
    }
    std::vector<double> result;
    const std::int64_t limit = complexity_of(value, type);
    for (const double wish : wishes) {
        const bool simpler = representable(wish, type) && complexity_of(wish, type) < limit;
        if (simpler && std::find(result.begin(), result.end(), wish) == result.end()) {
            result.push_back(wish == 0 ? 0.0 : wish);
        }
    }
    std::stable_sort(result.begin(), result.end(),
                     [type](double a, double b) { return complexity_of(a, type) < complexity_of(b, type); });
    return result;
}

}  // namespace difftest::harness
