#include "reference/oracle/aggregate.hpp"
#include "reference/oracle/float_grid.hpp"
#include "reference/oracle/set_builder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace difftest::oracle {
namespace {

constexpr std::size_t kMostEnumerated = 4;
constexpr double kHalfUlp = 0x1p-24;

/// Covers the roundings of the double arithmetic below: less than 2^-48 for each of the at most 2^31 terms together.
constexpr double kDoubleSlack = 0x1p-48;

/// Below this a float is no multiple of 2^-126, so that a sum with it may be subnormal.
constexpr double kLeastWithoutSubnormalSums = 0x1p-103;

/// One end of all terms, with what the bounds need to know of them.
struct Corner {
    std::array<float, kMostEnumerated> first{};  ///< the first terms, without zeros: adding one changes nothing
    std::size_t count = 0;
    double sum = 0;
    double magnitude = 0;  ///< sum of the absolute values
    int grid = std::numeric_limits<int>::max();
    double least = std::numeric_limits<double>::infinity();  ///< smallest absolute value

    void add(double value) {
        if (value == 0) {
            return;
        }
        const auto term = static_cast<float>(value);
        if (count < first.size()) {
            first[count] = term;
        }
        ++count;
        sum += value;
        magnitude += std::fabs(value);
        grid = std::min(grid, lowest_bit(term));
        least = std::min(least, std::fabs(value));
    }

    /// Every partial sum is a multiple of 2^grid and at most 2^24 of them: no rounding in any order.
    bool exact() const { return count == 0 || magnitude <= std::ldexp(1.0, 24 + grid); }
};

/// Calls visit(sum) for every way of putting brackets around the terms and of exchanging them.
template <class Visit>
void for_each_order(const std::array<float, kMostEnumerated>& terms, std::size_t count, const Visit& visit) {
    if (count == 1) {
        visit(terms[0]);
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = i + 1; j < count; ++j) {
            std::array<float, kMostEnumerated> rest = terms;
            rest[i] = terms[i] + terms[j];
            rest[j] = terms[count - 1];
            for_each_order(rest, count - 1, visit);
        }
    }
}

std::vector<float> sums_of_all_orders(const Corner& corner) {
    std::vector<float> sums;
    for_each_order(corner.first, corner.count, [&](float sum) { sums.push_back(sum); });
    return sums;
}

/// Sums of which a term is not finite.
AllowedSet sum_with_infinities(std::span<const Interval> terms) {
    bool positive = false;
    bool negative = false;
    for (const Interval& term : terms) {
        if (term.lo != term.hi) {
            if (!std::isfinite(term.lo) || !std::isfinite(term.hi)) {
                return {{}, false, true};
            }
            continue;
        }
        positive = positive || term.lo == std::numeric_limits<double>::infinity();
        negative = negative || term.lo == -std::numeric_limits<double>::infinity();
    }
    if (positive && negative) {
        return {{}, true, false};
    }
    const double infinity = (positive ? 1 : -1) * std::numeric_limits<double>::infinity();
    return {{{infinity, infinity}}, false, false};
}

double bound(const Corner& corner, bool subnormal) {
    const auto count = static_cast<double>(corner.count);
    const double flushed = subnormal ? 2 * count * 0x1p-126 : 0;  // every term and every partial sum may become 0
    return count * kDoubleSlack * corner.magnitude + (count - 1) * kHalfUlp * corner.magnitude + flushed;
}

}  // namespace

AllowedSet sums_in_any_order(std::span<const Interval> terms, bool flush) {
    Corner lower;
    Corner upper;
    for (const Interval& term : terms) {
        if (!std::isfinite(term.lo) || !std::isfinite(term.hi)) {
            return sum_with_infinities(terms);
        }
        lower.add(term.lo);
        upper.add(term.hi);
    }
    const double largest = std::max(lower.magnitude, upper.magnitude);
    if (largest > std::numeric_limits<float>::max() / 2) {
        return {{}, false, true};  // an order that overflows on the way may give an infinity or NaN
    }
    const bool subnormal = flush && std::min(lower.least, upper.least) < kLeastWithoutSubnormalSums;
    if (!subnormal && lower.exact() && upper.exact()) {
        return {{{lower.sum, upper.sum}}, false, false};
    }
    const auto [fewest, most] = std::minmax(lower.count, upper.count);
    if (subnormal || most > kMostEnumerated || fewest == 0) {
        return {{on_f32_grid(lower.sum - bound(lower, subnormal), upper.sum + bound(upper, subnormal))}, false, false};
    }
    const std::vector<float> low = sums_of_all_orders(lower);
    if (lower.count == upper.count && lower.first == upper.first) {
        SetBuilder builder;
        for (const float sum : low) {
            builder.add(Interval{sum, sum});
        }
        bool widened = false;
        return builder.build(widened);
    }
    const std::vector<float> high = sums_of_all_orders(upper);
    return {{{*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())}}, false, false};
}

}  // namespace difftest::oracle
