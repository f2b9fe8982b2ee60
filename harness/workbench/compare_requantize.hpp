#pragma once

#include "harness/report/requantize_report.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

struct RequantizeRequest {
    std::vector<std::string> rules;   ///< names of two rules; for the matrix: those to pair, empty: all
    std::vector<double> multipliers;  ///< empty: the sweep
    quantize::RequantizeTarget target;
    quantize::AccumulatorRange accumulators;
};

/// The multipliers that are tried when none is given: for right shifts from 1 to 16 a power of two, 5/4 of it (short
/// multipliers meet ties), the square root of 2 times it, and the greatest f32 below the next; then the two of the
/// founding document, 0.0018843 and 0.0340026.
std::vector<double> requantize_sweep();

/// Two rules with every multiplier. Throws InputError: an unknown rule, a multiplier that is no positive number, or a
/// target that is none.
RequantizeReport compare_requantize(const RequantizeRequest& request);

/// Every pair of rules, in the order of requantize_rules().
RequantizeMatrix compare_requantize_pairs(const RequantizeRequest& request);

}  // namespace difftest::harness
