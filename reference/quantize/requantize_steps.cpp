#include "reference/quantize/requantize_steps.hpp"

#include <algorithm>
#include <cstdlib>

namespace difftest::quantize {
namespace {

/// Where the rule is not defined it is an overflow of the accumulator's sign: below or above every level.
std::int64_t ordered_level(const Requantizer& rule, std::int64_t accumulator) {
    const std::optional<std::int32_t> level = rule.level(static_cast<std::int32_t>(accumulator));
    if (level) {
        return *level;
    }
    return accumulator < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

/// The element of the range that is nearest to 0; of two, the positive.
std::int32_t nearest_to_zero(const AccumulatorRange& range) {
    return range.first > 0 ? range.first : std::min(range.last, 0);
}

bool is_nearer(std::int32_t candidate, const std::optional<std::int32_t>& than) {
    if (!than) {
        return true;
    }
    const std::int64_t a = std::abs(std::int64_t{candidate});
    const std::int64_t b = std::abs(std::int64_t{*than});
    return a < b || (a == b && candidate > *than);
}

void add_run(RequantizeDifference& result, const DifferingRun& run) {
    result.differing += run.range.count();
    const std::int32_t nearest = nearest_to_zero(run.range);
    if (is_nearer(nearest, result.smallest)) {
        result.smallest = nearest;
    }
    if (run.distance() > result.largest_distance) {
        result.largest_distance = run.distance();
        result.largest_at.reset();
    }
    if (run.distance() == result.largest_distance && is_nearer(nearest, result.largest_at)) {
        result.largest_at = nearest;
    }
    result.runs.push_back(run);
}

double ratio(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<Step> steps_of(const Requantizer& rule, const AccumulatorRange& range) {
    std::vector<Step> steps;
    std::int64_t first = range.first;
    while (first <= range.last) {
        const std::int64_t level = ordered_level(rule, first);
        std::int64_t low = first + 1;  // candidates for the first that has another level
        std::int64_t high = std::int64_t{range.last} + 1;
        while (low < high) {
            const std::int64_t middle = low + (high - low) / 2;
            if (ordered_level(rule, middle) == level) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        const std::int64_t last = high - 1;
        const auto start = static_cast<std::int32_t>(first);
        const std::optional<std::int32_t> defined = rule.level(start);
        steps.push_back(
            {{start, static_cast<std::int32_t>(last)}, defined ? std::optional(rule.stored(*defined)) : std::nullopt});
        first = last + 1;
    }
    return steps;
}

double RequantizeDifference::share() const {
    return ratio(differing, accumulators);
}

double RequantizeDifference::moving_share() const {
    return ratio(differing, moving);
}

RequantizeDifference difference_of(const std::vector<Step>& a, const std::vector<Step>& b,
                                   const RequantizeTarget& target) {
    RequantizeDifference result;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        const AccumulatorRange both{std::max(a[i].range.first, b[j].range.first),
                                    std::min(a[i].range.last, b[j].range.last)};
        result.accumulators += both.count();
        if (!a[i].stored || !b[j].stored) {
            result.undefined += both.count();
        } else {
            const std::int32_t left = *a[i].stored;
            const std::int32_t right = *b[j].stored;
            const bool same_end = left == right && (left == target.lowest || left == target.highest);
            result.moving += same_end ? 0 : both.count();
            if (left != right) {
                add_run(result, {both, left, right});
            }
        }
        i += a[i].range.last == both.last ? 1 : 0;
        j += b[j].range.last == both.last ? 1 : 0;
    }
    return result;
}

}  // namespace difftest::quantize
