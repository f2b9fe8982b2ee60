#pragma once

#include "reference/quantize/requantize_rule.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

/// Two requantize rules compared on every accumulator of a range without visiting every one: a rule never decreases, so
/// it is a staircase of at most 256 steps whose edges bisection finds exactly.
namespace difftest::quantize {

/// Accumulators from first to last, both included.
struct AccumulatorRange {
    std::int32_t first = std::numeric_limits<std::int32_t>::min();
    std::int32_t last = std::numeric_limits<std::int32_t>::max();

    std::int64_t count() const { return std::int64_t{last} - first + 1; }
};

/// One step: what is stored for every accumulator of the range; nothing where the rule is not defined.
struct Step {
    AccumulatorRange range;
    std::optional<std::int32_t> stored;
};

/// The whole staircase over the range, in order. Costs 32 evaluations for each step.
std::vector<Step> steps_of(const Requantizer& rule, const AccumulatorRange& range);

/// A run of accumulators on which each rule stores one number, and they differ.
struct DifferingRun {
    AccumulatorRange range;
    std::int32_t a = 0;
    std::int32_t b = 0;

    std::int32_t distance() const { return a < b ? b - a : a - b; }
};

struct RequantizeDifference {
    std::int64_t accumulators = 0;  ///< of the range
    std::int64_t undefined = 0;     ///< of them, where either rule overflows an s32; not compared
    std::int64_t differing = 0;
    std::int64_t moving = 0;  ///< compared, and not both at the same end of the output range
    std::int32_t largest_distance = 0;
    std::optional<std::int32_t> largest_at;  ///< of the least magnitude
    std::optional<std::int32_t> smallest;    ///< the differing accumulator of the least magnitude; of two, the positive
    std::vector<DifferingRun> runs;          ///< all of them, in order

    double share() const;         ///< differing of all accumulators
    double moving_share() const;  ///< differing of those that do not merely saturate alike
};

/// Precondition: both steps cover the same range. `target`: the ends at which equal results are saturation.
RequantizeDifference difference_of(const std::vector<Step>& a, const std::vector<Step>& b,
                                   const RequantizeTarget& target);

}  // namespace difftest::quantize
