#include "reference/oracle/aggregate.hpp"
#include "reference/oracle/set_builder.hpp"
#include "reference/oracle/transcendental.hpp"

#include <algorithm>
#include <cmath>
#include <variant>
#include <vector>

// Along one axis, with d_j = x_j - max x and e_j = exp(d_j) in f32: e_i / (e_1 + ... + e_n), or d_i - log(e_1 + ... +
// e_n). The exponential and the logarithm have the errors that the contract grants (function_error.hpp), the sum is
// taken in any order (Jeannerod and Rump), every other operation rounds to nearest. Each of them is monotone in each
// of its arguments, so that an interval needs its ends only.

namespace difftest::oracle {
namespace {

using graph::SoftmaxAlgorithm;

const graph::Eltwise kExponential{graph::EltwiseAlgorithm::exp, 0, 0};
const graph::Eltwise kLogarithm{graph::EltwiseAlgorithm::log, 0, 0};

double difference(double a, double b) {
    return static_cast<float>(a) - static_cast<float>(b);
}

double quotient(double a, double b) {
    return static_cast<float>(a) / static_cast<float>(b);
}

double product(double a, double b) {
    return static_cast<float>(a) * static_cast<float>(b);
}

/// What a monotone increasing function makes of an interval.
Interval image(const graph::Eltwise& function, const Interval& argument, const contract::Contract& contract) {
    const Interval lower = enclose_function(function, argument.lo, contract);
    if (argument.lo == argument.hi) {
        return lower;
    }
    const Interval upper = enclose_function(function, argument.hi, contract);
    return enclose_over(function, {std::min(lower.lo, upper.lo), std::max(lower.hi, upper.hi)}, contract);
}

/// The elements of one line, one after the other.
class Line {
public:
    explicit Line(const Context& context)
        : context_(context), flush_(context.grants(contract::Freedom::flush_subnormals)) {}

    /// False when nothing can be said: an element is open, no number, or infinite.
    bool take(const AllowedTensor& data, std::int64_t first, std::int64_t stride, std::int64_t count) {
        elements_.clear();
        for (std::int64_t i = 0; i < count; ++i) {
            const AllowedSet set = data.at(first + i * stride);
            if (set.unconstrained || set.may_be_nan || set.intervals.empty() ||
                !std::isfinite(set.intervals.front().lo) || !std::isfinite(set.intervals.back().hi)) {
                return false;
            }
            elements_.push_back({set.intervals.front().lo, set.intervals.back().hi});
        }
        return subtract_largest() && add_exponentials();
    }

    AllowedSet result(SoftmaxAlgorithm algorithm, std::size_t i) const {
        SetBuilder builder;
        if (algorithm == SoftmaxAlgorithm::logarithm) {
            const Interval log = image(kLogarithm, sum_, context_.contract);
            builder.add(Interval{difference(differences_[i].lo, log.hi), difference(differences_[i].hi, log.lo)});
        } else {
            const Interval& e = exponentials_[i];
            builder.add(Interval{quotient(e.lo, sum_.hi), quotient(e.hi, sum_.lo)});
            builder.add(Interval{product(e.lo, quotient(1, sum_.hi)), product(e.hi, quotient(1, sum_.lo))});
            if (flush_) {
                add_flushed(builder, e);
            }
        }
        bool widened = false;
        AllowedSet set = builder.build(widened);
        context_.metrics.widened += widened ? 1 : 0;
        return set;
    }

private:
    bool subtract_largest() {
        Interval largest = elements_.front();
        for (const Interval& each : elements_) {
            largest = {std::max(largest.lo, each.lo), std::max(largest.hi, each.hi)};
        }
        differences_.clear();
        for (const Interval& each : elements_) {
            // The largest is no smaller than the element itself.
            differences_.push_back({difference(each.lo, largest.hi), std::min(0.0, difference(each.hi, largest.lo))});
            if (!std::isfinite(differences_.back().lo)) {
                return false;
            }
        }
        return true;
    }

    bool add_exponentials() {
        exponentials_.clear();
        for (const Interval& each : differences_) {
            Interval e = image(kExponential, each, context_.contract);
            // No implementation of a positive function gives a negative number; some give 0 for what is small.
            e.lo = std::max(e.lo, 0.0);
            exponentials_.push_back(e);
        }
        const AllowedSet sums = sums_in_any_order(exponentials_, flush_);
        if (sums.unconstrained || sums.may_be_nan || sums.intervals.empty()) {
            return false;
        }
        sum_ = {sums.intervals.front().lo, sums.intervals.back().hi};
        return sum_.lo > 0;
    }

    /// A subnormal exponential or share may have become 0.
    static void add_flushed(SetBuilder& builder, const Interval& e) {
        constexpr double kSmallestNormal = 0x1p-126;
        constexpr double kLargestSum = 0x1p31;  // of as many terms of at most 1 as there can be
        if (e.lo < kSmallestNormal * kLargestSum) {
            builder.add(Interval{0, 0});
        }
    }

    const Context& context_;
    bool flush_;
    std::vector<Interval> elements_;
    std::vector<Interval> differences_;
    std::vector<Interval> exponentials_;
    Interval sum_;
};

}  // namespace

AllowedTensor evaluate_softmax(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const auto& op = std::get<graph::Softmax>(node.operation);
    const graph::Tensor& output = context.tensor(node.output);
    const AllowedTensor& data = context.set_of(node.inputs[0]);
    const auto axis = static_cast<std::size_t>(op.axis);
    const std::int64_t count = output.shape[axis];
    const std::int64_t stride = graph::row_major_strides(output.shape)[axis];
    AllowedTensor result(output.type, output.shape);
    Line line(context);
    for (std::int64_t first = 0; first < result.size(); ++first) {
        if (first / stride % count != 0) {
            continue;  // not the first element of its line
        }
        const bool known = line.take(data, first, stride, count);
        for (std::int64_t i = 0; i < count; ++i) {
            result.set(first + i * stride,
                       known ? line.result(op.algorithm, static_cast<std::size_t>(i)) : AllowedSet{{}, false, true});
        }
    }
    return result;
}

}  // namespace difftest::oracle
