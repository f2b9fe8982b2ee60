#include "reference/oracle/allowed_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::oracle {

namespace {

/// Whole numbers of the integer types in full; else the shortest text of a float when the value is one.
std::string to_text(double value) {
    if (value == std::trunc(value) && std::fabs(value) <= 0x1p32) {
        return fmt::format("{:.0f}", value);
    }
    const auto narrow = static_cast<float>(value);
    return static_cast<double>(narrow) == value ? fmt::format("{}", narrow) : fmt::format("{}", value);
}

}  // namespace

bool AllowedSet::contains(double value) const {
    if (unconstrained) {
        return true;
    }
    if (std::isnan(value)) {
        return may_be_nan;
    }
    return std::any_of(intervals.begin(), intervals.end(),
                       [&](const Interval& part) { return part.lo <= value && value <= part.hi; });
}

bool AllowedSet::is_singleton() const {
    return !unconstrained && !may_be_nan && intervals.size() == 1 && intervals.front().lo == intervals.front().hi;
}

double AllowedSet::distance(double value) const {
    if (contains(value)) {
        return 0;
    }
    double nearest = std::numeric_limits<double>::infinity();
    for (const Interval& part : intervals) {
        const double outside = value < part.lo ? part.lo - value : value - part.hi;
        if (outside < nearest) {  // false for NaN: an unexpected NaN is infinitely far
            nearest = outside;
        }
    }
    return nearest;
}

std::string AllowedSet::to_string() const {
    if (unconstrained) {
        return "anything";
    }
    const bool points =
        std::all_of(intervals.begin(), intervals.end(), [](const Interval& part) { return part.lo == part.hi; });
    std::string text;
    for (const Interval& part : intervals) {
        text += text.empty() ? "" : (points ? ", " : " or ");
        text += part.lo == part.hi ? to_text(part.lo) : fmt::format("[{}, {}]", to_text(part.lo), to_text(part.hi));
    }
    if (may_be_nan) {
        text += text.empty() ? "nan" : " or nan";
    }
    return points ? fmt::format("{{{}}}", text) : text;
}

}  // namespace difftest::oracle
