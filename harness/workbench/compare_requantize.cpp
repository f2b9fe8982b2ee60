#include "harness/workbench/compare_requantize.hpp"

#include "harness/campaign/input_error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace difftest::harness {
namespace {

using quantize::Requantizer;
using quantize::RequantizeRule;
using quantize::Step;

const quantize::RequantizeRuleEntry& entry_of(const std::string& name) {
    const auto rules = quantize::requantize_rules();
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const auto& entry) { return entry.name == name; });
    if (found == rules.end()) {
        throw InputError(name + ": no such requantize rule (see: difftest compare-requantize --help)");
    }
    return *found;
}

void check(const RequantizeRequest& request) {
    for (const double multiplier : request.multipliers) {
        if (!(multiplier > 0) || !std::isfinite(multiplier)) {
            throw InputError("--multiplier " + std::to_string(multiplier) + ": not a positive number");
        }
    }
    const quantize::RequantizeTarget& target = request.target;
    if (target.lowest < -128 || target.highest > 255 || target.lowest >= target.highest) {
        throw InputError("--output: from -128 to 255, the lowest first");
    }
    if (target.zero_point < target.lowest || target.zero_point > target.highest) {
        throw InputError("--zero-point " + std::to_string(target.zero_point) + ": outside the output range");
    }
    if (request.accumulators.first > request.accumulators.last) {
        throw InputError("--accumulators: the first is above the last");
    }
}

/// The staircase of one rule; why not, where its source does not take the multiplier.
struct Staircase {
    std::vector<Step> steps;
    std::string why_not;
};

Staircase staircase_of(RequantizeRule rule, double multiplier, const RequantizeRequest& request) {
    try {
        return {quantize::steps_of(Requantizer(rule, multiplier, request.target), request.accumulators), {}};
    } catch (const std::invalid_argument& refusal) {
        return {{}, refusal.what()};
    }
}

std::vector<double> multipliers_of(const RequantizeRequest& request) {
    return request.multipliers.empty() ? requantize_sweep() : request.multipliers;
}

RequantizeRow row_of(const RequantizeReport& report, double multiplier, const RequantizeRequest& request) {
    RequantizeRow row;
    row.multiplier = multiplier;
    Staircase a = staircase_of(report.a.rule, multiplier, request);
    Staircase b = staircase_of(report.b.rule, multiplier, request);
    row.not_defined = !a.why_not.empty() ? a.why_not : b.why_not;
    if (!row.not_defined.empty()) {
        return row;
    }
    const Requantizer parameters(RequantizeRule::tflite, std::max(multiplier, 0x1p-31), request.target);
    row.fixed_point = parameters.fixed_point_multiplier();
    row.shift = parameters.shift();
    row.difference = quantize::difference_of(a.steps, b.steps, request.target);
    row.steps_a = std::move(a.steps);
    row.steps_b = std::move(b.steps);
    return row;
}

void add_to(RequantizePair& pair, double multiplier, const quantize::RequantizeDifference& difference) {
    ++pair.multipliers;
    pair.differing += difference.differing > 0 ? 1 : 0;
    pair.largest_distance = std::max(pair.largest_distance, difference.largest_distance);
    pair.mean_share += difference.moving_share();  // divided at the end
    pair.largest_share = std::max(pair.largest_share, difference.moving_share());
    if (difference.smallest &&
        (!pair.smallest || std::abs(std::int64_t{*difference.smallest}) < std::abs(std::int64_t{*pair.smallest}))) {
        pair.smallest = difference.smallest;
        pair.smallest_multiplier = multiplier;
    }
}

}  // namespace

std::vector<double> requantize_sweep() {
    std::vector<double> multipliers;
    for (int shift = 1; shift <= 16; ++shift) {
        for (const double mantissa : {1.0, 1.25, 0x1.6a09e667f3bcdp0, 0x1.fffffep0}) {
            multipliers.push_back(std::ldexp(mantissa, -shift - (mantissa > 1 ? 1 : 0)));
        }
    }
    multipliers.push_back(0.0018843);
    multipliers.push_back(0.0340026);
    return multipliers;
}

RequantizeReport compare_requantize(const RequantizeRequest& request) {
    check(request);
    if (request.rules.size() != 2) {
        throw InputError("two requantize rules are compared (see: difftest compare-requantize --help)");
    }
    RequantizeReport report{
        entry_of(request.rules[0]), entry_of(request.rules[1]), request.target, request.accumulators, {}};
    for (const double multiplier : multipliers_of(request)) {
        report.rows.push_back(row_of(report, multiplier, request));
    }
    return report;
}

RequantizeMatrix compare_requantize_pairs(const RequantizeRequest& request) {
    check(request);
    std::vector<quantize::RequantizeRuleEntry> entries;
    for (const std::string& name : request.rules) {
        entries.push_back(entry_of(name));
    }
    if (entries.empty()) {
        const auto all = quantize::requantize_rules();
        entries.assign(all.begin(), all.end());
    }
    const std::vector<double> multipliers = multipliers_of(request);
    RequantizeMatrix matrix{request.target, request.accumulators, static_cast<std::int64_t>(multipliers.size()), {}};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        for (std::size_t j = i + 1; j < entries.size(); ++j) {
            RequantizePair pair;
            pair.a = entries[i].name;
            pair.b = entries[j].name;
            matrix.pairs.push_back(pair);
        }
    }
    for (const double multiplier : multipliers) {
        std::vector<Staircase> staircases;
        for (const auto& entry : entries) {
            staircases.push_back(staircase_of(entry.rule, multiplier, request));
        }
        std::size_t pair = 0;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            for (std::size_t j = i + 1; j < entries.size(); ++j, ++pair) {
                if (staircases[i].why_not.empty() && staircases[j].why_not.empty()) {
                    add_to(matrix.pairs[pair], multiplier,
                           quantize::difference_of(staircases[i].steps, staircases[j].steps, request.target));
                }
            }
        }
    }
    for (RequantizePair& pair : matrix.pairs) {
        pair.mean_share /= static_cast<double>(std::max<std::int64_t>(pair.multipliers, 1));
    }
    return matrix;
}

}  // namespace difftest::harness
