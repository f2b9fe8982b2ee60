#pragma once

#include "reference/quantize/requantize_steps.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What `difftest compare-requantize` has to say, as values.
namespace difftest::harness {

/// Two rules with one multiplier, over every accumulator of the range.
struct RequantizeRow {
    double multiplier = 0;
    std::int32_t fixed_point = 0;  ///< the Q31 multiplier that QuantizeMultiplier makes of it
    int shift = 0;                 ///< of that; positive: to the left
    std::string not_defined;       ///< why a rule does not take the multiplier; empty: compared
    quantize::RequantizeDifference difference;
    std::vector<quantize::Step> steps_a, steps_b;
};

struct RequantizeReport {
    quantize::RequantizeRuleEntry a, b;
    quantize::RequantizeTarget target;
    quantize::AccumulatorRange accumulators;
    std::vector<RequantizeRow> rows;

    bool compared_any() const;
    /// The row with the differing accumulator of the least magnitude; nothing where the rules never differ.
    const RequantizeRow* sharpest() const;
};

/// One pair of rules over all multipliers.
struct RequantizePair {
    std::string a, b;
    std::int64_t multipliers = 0;  ///< that both take
    std::int64_t differing = 0;    ///< multipliers with a differing accumulator
    std::int32_t largest_distance = 0;
    double mean_share = 0;                 ///< over the multipliers, of the accumulators that do not saturate alike
    double largest_share = 0;              ///< likewise
    std::optional<std::int32_t> smallest;  ///< differing accumulator of the least magnitude
    double smallest_multiplier = 0;        ///< with this multiplier
};

struct RequantizeMatrix {
    quantize::RequantizeTarget target;
    quantize::AccumulatorRange accumulators;
    std::int64_t multipliers = 0;
    std::vector<RequantizePair> pairs;
};

/// `runs`: at most so many differing runs are listed of a row.
std::string requantize_screen(const RequantizeReport& report, std::size_t runs);
std::string requantize_screen(const RequantizeMatrix& matrix);

/// One JSON document: reports/schema/requantize.schema.json.
std::string requantize_document(const RequantizeReport& report, std::size_t runs);
std::string requantize_document(const RequantizeMatrix& matrix);

/// One HTML file with both staircases of the sharpest row and the share for each multiplier, drawn by Chart.js.
std::string requantize_page(const RequantizeReport& report, std::size_t runs);

}  // namespace difftest::harness
