#include "harness/compare/element_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace difftest::harness {

std::string value_text(double value, graph::DataType type) {
    if (std::isnan(value)) {
        return "nan";
    }
    if (graph::is_integer(type) && std::isfinite(value)) {
        return fmt::format("{}", static_cast<std::int64_t>(value));
    }
    return fmt::format("{}", static_cast<float>(value));
}

std::string set_text(const oracle::AllowedSet& set, graph::DataType type) {
    if (set.unconstrained) {
        return "anything";
    }
    std::string text;
    for (const oracle::Interval& interval : set.intervals) {
        if (!text.empty()) {
            text += " or ";
        }
        text += value_text(interval.lo, type);
        if (interval.hi != interval.lo) {
            text.append("..").append(value_text(interval.hi, type));
        }
    }
    if (set.may_be_nan) {
        text += text.empty() ? "nan" : " or nan";
    }
    return text;
}

std::string coordinates_text(const std::vector<std::int64_t>& coordinates) {
    return fmt::format("[{}]", fmt::join(coordinates, ","));
}

}  // namespace difftest::harness
