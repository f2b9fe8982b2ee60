#include "reference/oracle/accumulator_freedoms.hpp"

#include "reference/oracle/set_builder.hpp"

#include <algorithm>
#include <cstdlib>

namespace difftest::oracle {
namespace {

using contract::Freedom;

constexpr double kExactInFloat = 0x1p24;

/// What a backend may add to s8 data to have u8.
constexpr std::int32_t kLargestShift = 128;

/// The largest f32 below 2^31: where a conversion from f32 to s32 saturates.
constexpr double kLargestFloatBelowS32 = 2147483520.0;

double rn(double x) {
    return static_cast<float>(x);
}

bool beyond(double value) {
    return std::abs(value) > kExactInFloat;
}

/// How the bias may come to an accumulator in f32: acc and bias are exact integers, `real_acc` is what the backend has.
template <class Add>
void for_each_sum(const IntegerOperands& operands, double real_acc, double bias, const Add& add) {
    add(rn(real_acc + bias));
    if (operands.node.inputs[2] != graph::kAbsent && operands.context.grants(Freedom::bias_stage)) {
        add(rn(rn(real_acc) + rn(bias)));
    }
}

/// Calls add(value) with what a reader in f32 may see; in the same order for every accumulator, and each of the values
/// is monotone in the accumulator.
template <class Add>
void for_each_real(const IntegerOperands& operands, double acc, double bias, const std::vector<double>& compensations,
                   const Add& add) {
    for_each_sum(operands, acc, bias, add);
    for (const double compensation : compensations) {
        const double raw = rn(acc + compensation);
        for_each_sum(operands, rn(raw - rn(compensation)), bias, add);
        for_each_sum(operands, raw - compensation, bias, add);
    }
}

std::vector<double> reals(const IntegerOperands& operands, double acc, double bias,
                          const std::vector<double>& compensations) {
    std::vector<double> values;
    for_each_real(operands, acc, bias, compensations, [&](double value) { values.push_back(value); });
    return values;
}

std::int64_t largest_magnitude(const std::vector<std::int64_t>& values) {
    std::int64_t least = 0;
    std::int64_t greatest = 0;
    for (const std::int64_t value : values) {
        least = std::min(least, value);
        greatest = std::max(greatest, value);
    }
    return std::max(-least, greatest);
}

/// A bound of what a compensation may be: the sum of a constant input, which is at most `constant`.
std::int64_t largest_compensation(const IntegerOperands& operands, std::int64_t constant) {
    std::int64_t weight = 0;
    for (const std::int32_t w : operands.w) {
        weight = std::max(weight, std::abs(std::int64_t{w}));
    }
    return operands.contraction.shape.taps() * constant * weight;
}

std::int64_t largest_zero_point(const IntegerOperands& operands) {
    std::int64_t largest = 0;
    if (operands.node.inputs[3] != graph::kAbsent) {
        for (const double point : operands.context.set_of(operands.node.inputs[3]).points()) {
            largest = std::max(largest, std::abs(static_cast<std::int64_t>(point)));
        }
    }
    return largest;
}

/// Every sum that a backend may form of the accumulators is exact in f32, whatever it does.
bool all_exact_in_float(const IntegerOperands& operands, const std::vector<std::int64_t>& acc,
                        const AllowedTensor& result, bool compensated) {
    std::int64_t bound = largest_magnitude(acc) + largest_magnitude(operands.biases());
    if (compensated) {
        bound += largest_compensation(operands,
                                      largest_zero_point(operands) + (operands.signed_source() ? kLargestShift : 0));
    }
    return result.all_points() && static_cast<double>(bound) <= kExactInFloat;
}

}  // namespace

void fill_real_view(const IntegerOperands& operands, const std::vector<std::int64_t>& acc, const AllowedTensor& result,
                    RealView& view) {
    const bool compensated = operands.context.grants(Freedom::float_compensation) &&
                             (operands.node.inputs[3] != graph::kAbsent || operands.signed_source());
    if (all_exact_in_float(operands, acc, result, compensated)) {
        return;
    }
    std::vector<std::vector<std::int64_t>> compensations;
    if (compensated) {
        for (const std::int32_t shift : {0, kLargestShift}) {
            compensations.push_back(operands.accumulate_constant([&](std::int64_t channel) {
                return operands.x_zero_point(channel) + (operands.signed_source() ? shift : 0);
            }));
        }
    }
    std::vector<double> of_element(compensations.size());
    for (std::size_t i = 0; i < acc.size(); ++i) {
        const auto index = static_cast<std::int64_t>(i);
        const auto bias = static_cast<double>(operands.bias(index));
        const AllowedSet wide = result.is_point(index) ? AllowedSet{} : result.at(index);
        if (wide.unconstrained) {
            continue;
        }
        const bool point = wide.intervals.empty();
        const double lo = point ? static_cast<double>(acc[i]) : wide.intervals.front().lo - bias;
        const double hi = point ? static_cast<double>(acc[i]) : wide.intervals.back().hi - bias;
        bool inexact = beyond(bias);
        for (const double end : {lo, hi}) {
            inexact = inexact || beyond(end) || beyond(end + bias);
            for (const auto& compensation : compensations) {
                const auto term = static_cast<double>(compensation[i]);
                inexact = inexact || beyond(term) || beyond(end + term);
            }
        }
        if (!inexact) {
            continue;
        }
        for (std::size_t c = 0; c < compensations.size(); ++c) {
            of_element[c] = static_cast<double>(compensations[c][i]);
        }
        const std::vector<double> least = reals(operands, lo, bias, of_element);
        const std::vector<double> greatest = reals(operands, hi, bias, of_element);
        SetBuilder builder;
        for (std::size_t v = 0; v < least.size(); ++v) {
            builder.add(Interval{least[v], greatest[v]});
        }
        bool widened = false;
        view.insert_or_assign(index, builder.build(widened));
    }
}

void allow_rounded_results(const IntegerOperands& operands, const RealView& view, AllowedTensor& result) {
    if (!operands.context.grants(Freedom::rounded_s32_output) ||
        !operands.context.graph().is_output(operands.node.output)) {
        return;
    }
    for (const std::int64_t index : result.wide_indices()) {
        AllowedSet set = result.at(index);
        for (Interval& part : set.intervals) {
            part = {std::min(part.lo, rn(part.lo)), std::max(part.hi, std::min(rn(part.hi), kLargestFloatBelowS32))};
        }
        result.set(index, std::move(set));
    }
    for (std::int64_t index = 0; index < result.size(); ++index) {
        const double exact = result.point(index);
        const double rounded = std::min(rn(exact), kLargestFloatBelowS32);
        if (result.is_point(index) && rounded != exact) {
            const double lower = std::min(exact, rounded);
            const double upper = std::max(exact, rounded);
            result.set(index, {{{lower, lower}, {upper, upper}}, false, false});
        }
    }
    for (const auto& [index, real] : view) {
        SetBuilder builder;
        builder.add(result.at(index));
        for (const Interval& part : real.intervals) {
            builder.add(Interval{std::min(part.lo, kLargestFloatBelowS32), std::min(part.hi, kLargestFloatBelowS32)});
        }
        bool widened = false;
        result.set(index, builder.build(widened));
    }
}

}  // namespace difftest::oracle
