#include "reference/oracle/float_contraction.hpp"

#include "reference/oracle/contraction.hpp"
#include "reference/oracle/elementwise.hpp"
#include "reference/oracle/transcendental.hpp"

#include <fmt/format.h>

#include <bit>
#include <limits>
#include <optional>

// Sums of products in f32, of f32, f16 or bf16 operands: no order of evaluation is specified, and every product may be
// fused with a sum. For n terms t_i and u = 2^-24 every evaluation lies within
//
//   n u sum |t_i|   of the exact sum   (Jeannerod and Rump 2013, no restriction on n; semantics, section 3.3)
//
// and is exact when all terms are multiples of g = 2^k and sum |t_i| <= 2^24 g. The sums are made in binary64, where
// each product of two f32 is exact; what that adds to the bound is of order 2^-53. Terms that are zero do not count: to
// add zero is exact. A bias is one more term.

namespace difftest::oracle {
namespace {

constexpr double kUnit = 0x1p-24;
constexpr double kLargestFloat = std::numeric_limits<float>::max();
constexpr double kSmallestNormal = 0x1p-126;
constexpr double kSmallestSubnormal = 0x1p-149;

/// Stands for "any value": beyond f32 in every product, and finite so that a product with 0 is 0.
constexpr double kOpen = 0x1p300;

/// An operand: the values that it may have, and the largest power of two of which it is a multiple.
struct Factor {
    double lo = 0;
    double hi = 0;
    double multiple_of = 0;  ///< 0 for zero itself
    friend bool operator==(const Factor&, const Factor&) = default;
};

struct TermSum {
    double lo = 0;
    double hi = 0;
    double magnitude = 0;
    double multiple_of = std::numeric_limits<double>::infinity();
    std::int64_t terms = 0;

    TermSum& operator+=(const TermSum& other) {
        lo += other.lo;
        hi += other.hi;
        magnitude += other.magnitude;
        multiple_of = std::min(multiple_of, other.multiple_of);
        terms += other.terms;
        return *this;
    }
};

TermSum term_of(double lo, double hi, double multiple_of) {
    if (lo == 0 && hi == 0) {
        return {};
    }
    return {lo, hi, std::max(std::fabs(lo), std::fabs(hi)), multiple_of, 1};
}

TermSum product(const Factor& a, const Factor& b) {
    const double multiple_of = a.multiple_of * b.multiple_of;
    if (a.lo == a.hi && b.lo == b.hi) {
        return term_of(a.lo * b.lo, a.lo * b.lo, multiple_of);
    }
    const auto [lo, hi] = std::minmax({a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi});
    return term_of(lo, hi, multiple_of);
}

/// The lowest set bit of a value that is not 0.
double lowest_bit(double value) {
    int exponent = 0;
    const auto significand = static_cast<std::uint64_t>(std::fabs(std::frexp(value, &exponent)) * 0x1p53);
    return std::ldexp(1.0, exponent - 53 + std::countr_zero(significand));
}

bool is_open(const Factor& factor) {
    return factor.hi == kOpen;
}

Factor factor_of(const AllowedTensor& tensor, std::int64_t index, bool flush) {
    Factor factor;
    if (tensor.is_point(index)) {
        factor.lo = tensor.point(index);
        factor.hi = factor.lo;
    } else {
        const AllowedSet set = tensor.at(index);
        if (set.unconstrained || set.may_be_nan || set.intervals.empty()) {
            return {-kOpen, kOpen, kSmallestSubnormal};
        }
        factor.lo = set.intervals.front().lo;
        factor.hi = set.intervals.back().hi;
    }
    if (!std::isfinite(factor.lo) || !std::isfinite(factor.hi)) {
        return {-kOpen, kOpen, kSmallestSubnormal};
    }
    if (flush && (is_subnormal(factor.lo) || is_subnormal(factor.hi))) {
        factor.lo = std::min(factor.lo, 0.0);
        factor.hi = std::max(factor.hi, 0.0);
    }
    if (factor.lo == factor.hi) {
        factor.multiple_of = factor.lo == 0 ? 0 : lowest_bit(factor.lo);
    } else {
        factor.multiple_of = kSmallestSubnormal;
    }
    return factor;
}

struct FloatOperands {
    const Context& context;
    graph::NodeId id;
    const graph::Node& node;
    bool flush;
    Contraction contraction;
    std::vector<Factor> x;
    std::vector<Factor> w;

    FloatOperands(const Context& in, graph::NodeId node_id)
        : context(in),
          id(node_id),
          node(in.node(node_id)),
          flush(in.grants(contract::Freedom::flush_subnormals)),
          contraction(contraction_of(in, node_id)) {
        const AllowedTensor& data = context.set_of(node.inputs[0]);
        const AllowedTensor& weights = context.set_of(node.inputs[1]);
        x.resize(static_cast<std::size_t>(data.size()));
        w.resize(static_cast<std::size_t>(weights.size()));
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = factor_of(data, contraction.x_source(static_cast<std::int64_t>(i)), flush);
        }
        for (std::size_t i = 0; i < w.size(); ++i) {
            w[i] = factor_of(weights, contraction.w_source(static_cast<std::int64_t>(i)), flush);
        }
    }

    Factor bias(std::int64_t index) const {
        if (node.inputs[2] == graph::kAbsent || context.broken(Deviation::bias_dropped, id)) {
            return {};
        }
        const AllowedTensor& tensor = context.set_of(node.inputs[2]);
        return factor_of(tensor, tensor.size() == 1 ? 0 : contraction.result_channel(index), flush);
    }

    /// For every element of the result the number of operands that may be anything; a weight of 0 does not help.
    std::vector<int> open_operands() const {
        const auto flags = [](const std::vector<Factor>& factors) {
            std::vector<int> result(factors.size());
            std::transform(factors.begin(), factors.end(), result.begin(),
                           [](const Factor& factor) { return is_open(factor) ? 2 : 1; });
            return result;
        };
        const std::vector<int> x_flags = flags(x);
        const std::vector<int> w_flags = flags(w);
        return sum_terms<int>(contraction, std::span<const int>(x_flags), std::span<const int>(w_flags),
                              [](int a, int b) { return a == 2 || b == 2 ? 1 : 0; });
    }
};

/// What the results between flushing and underflow may lose besides the relative errors.
double underflow_of(const TermSum& sum, bool flush) {
    if (sum.multiple_of >= kSmallestNormal) {
        return 0;  // a multiple of a normal number is 0 or normal
    }
    const auto terms = static_cast<double>(sum.terms);
    return 2 * terms * (flush ? kSmallestNormal : kSmallestSubnormal);
}

/// Every value in f32 that an evaluation may give; nothing when one of them may overflow.
std::optional<Interval> enclosure(const TermSum& sum, bool flush) {
    const auto terms = static_cast<double>(sum.terms);
    const double slack = 1 + terms * 0x1p-50;
    const double radius = terms * (kUnit + 0x1p-52) * sum.magnitude * slack + underflow_of(sum, flush) * slack;
    if (!(sum.magnitude * slack + radius < kLargestFloat)) {
        return std::nullopt;
    }
    const bool normal = sum.multiple_of >= (flush ? kSmallestNormal : kSmallestSubnormal);
    const bool exact = normal && sum.magnitude <= 0x1p24 * sum.multiple_of;
    const bool one_rounding = sum.terms <= 1 && !(flush && underflow_of(sum, flush) > 0);
    if (sum.terms == 0 || exact || one_rounding) {
        return Interval{static_cast<float>(sum.lo), static_cast<float>(sum.hi)};
    }
    return Interval{least_float_from(sum.lo - radius), greatest_float_to(sum.hi + radius)};
}

}  // namespace

AllowedTensor evaluate_float_contraction(const Context& context, graph::NodeId id) {
    const FloatOperands operands(context, id);
    const graph::Tensor& output = context.tensor(operands.node.output);
    std::vector<TermSum> sums = sum_terms<TermSum>(operands.contraction, std::span<const Factor>(operands.x),
                                                   std::span<const Factor>(operands.w), product);
    const bool any_open = std::any_of(operands.x.begin(), operands.x.end(), is_open) ||
                          std::any_of(operands.w.begin(), operands.w.end(), is_open);
    const std::vector<int> open = any_open ? operands.open_operands() : std::vector<int>{};
    AllowedTensor result(output.type, output.shape);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const auto index = static_cast<std::int64_t>(i);
        const Factor bias = operands.bias(index);
        sums[i] += term_of(bias.lo, bias.hi, bias.multiple_of);
        const auto values = any_open && open[i] != 0 ? std::nullopt : enclosure(sums[i], operands.flush);
        if (!values) {
            context.note(
                fmt::format("node {}: the f32 accumulator may overflow or is not a number", operands.node.name));
            result.set(index, {{}, false, true});
            continue;
        }
        const Interval stored = stored_as(output.type, *values);
        result.set(index, {{stored}, false, false});
    }
    return result;
}

}  // namespace difftest::oracle
