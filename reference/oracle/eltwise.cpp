#include "reference/graph/transcendental_algorithms.hpp"
#include "reference/oracle/elementwise.hpp"
#include "reference/oracle/transcendental.hpp"
#include "reference/quantize/rounding.hpp"

// One-argument functions in f32 (semantics, section 1.3.1).

namespace difftest::oracle {
namespace {

using graph::EltwiseAlgorithm;

struct EltwiseOp {
    graph::Eltwise attributes;
    contract::Contract contract;
    bool fused_multiply_add;
    std::vector<double> critical;
    bool transcendental = is_transcendental(attributes.algorithm);

    const std::vector<double>& critical_points() const { return critical; }

    int variants() const { return (fused_multiply_add && has_sum()) || has_signed_pole(attributes) ? 2 : 1; }

    /// The functions that are correctly rounded: most of what epilogues are made of.
    template <class Use>
    void with_function(int variant, const Use& use) const {
        const float alpha = attributes.alpha;
        const float beta = attributes.beta;
        const auto apply = [&](const auto& function) {
            use([&function](const std::array<double, 1>& arguments) -> double {
                return function(static_cast<float>(arguments[0]));
            });
        };
        switch (attributes.algorithm) {
            case EltwiseAlgorithm::relu:
                return apply([alpha](float x) {
                    const float positive = 0 > x ? 0 : x;
                    const float negative = 0 < x ? 0 : x;
                    return positive + alpha * negative;  // one of the two is 0: exact
                });
            case EltwiseAlgorithm::abs: return apply([](float x) { return std::fabs(x); });
            case EltwiseAlgorithm::square: return apply([](float x) { return x * x; });
            case EltwiseAlgorithm::clip:
            case EltwiseAlgorithm::clip_v2:
                return apply([alpha, beta](float x) {
                    const float above = alpha > x ? alpha : x;
                    return beta < above ? beta : above;
                });
            case EltwiseAlgorithm::linear:
                if (variant == 0) {
                    return apply([=](float x) { return alpha * x + beta; });
                }
                break;
            default: break;
        }
        use([&](const std::array<double, 1>& arguments) {
            const Interval value = (*this)(variant, arguments);
            return value.lo == value.hi ? value.lo : std::nan("");
        });
    }

    Interval operator()(int variant, const std::array<double, 1>& arguments) const {
        const auto x = static_cast<float>(arguments[0]);
        if (transcendental) {
            return enclose_function(attributes, x == 0 && variant == 1 ? -x : x, contract);
        }
        const double y = correctly_rounded(x, variant == 1);
        if (attributes.algorithm == EltwiseAlgorithm::hardswish && has_sixths() &&
            contract.grants(contract::Freedom::eltwise_error_table)) {
            return with_hardswish_table(arguments[0], y);
        }
        const bool root = attributes.algorithm == EltwiseAlgorithm::sqrt;
        return root && contract.grants(contract::Freedom::opencl_ulp) ? within_ulps(y, 3) : Interval{y, y};
    }

    void widen_over(const std::array<Interval, 1>& box, Image& image) const {
        if (!image.has_values) {
            return;
        }
        image.hull = attributes.algorithm == EltwiseAlgorithm::hardswish
                         ? hardswish_over(box[0], image.hull)
                         : enclose_over(attributes, image.hull, contract);
    }

private:
    bool has_sum() const {
        return attributes.algorithm == EltwiseAlgorithm::linear ||
               attributes.algorithm == EltwiseAlgorithm::hardsigmoid ||
               attributes.algorithm == EltwiseAlgorithm::hardswish;
    }

    bool has_sixths() const { return attributes.alpha == 1.0F / 6.0F && attributes.beta == 0.5F; }

    // oneDNN 2.x documents x / 6 * clip(x + 3, 0, 6), which rounds otherwise. Its kernels were measured (semantics,
    // section 1.3.2): 2.02 2^-24 where |f| <= 1, 2.47 2^-24 |f| beyond; the committed margin is a quarter.
    static Interval with_hardswish_table(double x, double y) {
        const double f = x / 6 * std::min(std::max(x + 3, 0.0), 6.0);
        if (!std::isfinite(y) || !std::isfinite(f)) {
            return {y, y};
        }
        const double error = 0x1p-24 * 1.25 * (std::fabs(f) <= 1 ? 2.02 : 2.47 * std::fabs(f));
        if (f == 0) {
            return {y, y};
        }
        return {std::min(y, least_float_from(f - error)), std::max(y, greatest_float_to(f + error))};
    }

    // Between its turning points x * v, v = alpha x + beta, is monotone but for the roundings of v and of the product:
    // |x| (|alpha x| + 2 |v|) 2^-24 at most, where the clamp leaves v alone.
    Interval hardswish_over(const Interval& box, const Interval& hull) const {
        const double alpha = attributes.alpha;
        const double beta = attributes.beta;
        const double zero = -beta / alpha;
        const double one = (1 - beta) / alpha;
        const double lo = std::max(box.lo, std::min(zero, one));
        const double hi = std::min(box.hi, std::max(zero, one));
        if (alpha == 0 || lo > hi) {
            return hull;
        }
        const double greatest = std::max(std::fabs(lo), std::fabs(hi));
        const double error = greatest * (std::fabs(alpha) * greatest + 2) * 0x1p-24 * (1 + 0x1p-10);
        return {least_float_from(hull.lo - 2 * error), greatest_float_to(hull.hi + 2 * error)};
    }

    float correctly_rounded(float x, bool fuse) const {
        const float alpha = attributes.alpha;
        const float beta = attributes.beta;
        switch (attributes.algorithm) {
            case EltwiseAlgorithm::relu: return x > 0 ? x : alpha * x;
            case EltwiseAlgorithm::linear: return fuse ? std::fmaf(alpha, x, beta) : alpha * x + beta;
            case EltwiseAlgorithm::clip:
            case EltwiseAlgorithm::clip_v2: return std::isnan(x) ? x : std::min(std::max(x, alpha), beta);
            case EltwiseAlgorithm::abs: return std::fabs(x);
            case EltwiseAlgorithm::square: return x * x;
            case EltwiseAlgorithm::sqrt: return std::sqrt(x);
            case EltwiseAlgorithm::round:
                return static_cast<float>(quantize::round_to_integer(x, graph::Rounding::half_to_even));
            case EltwiseAlgorithm::hardsigmoid: return hardsigmoid(x, fuse);
            case EltwiseAlgorithm::hardswish: return x * hardsigmoid(x, fuse);
            default: return std::nanf("");
        }
    }

    float hardsigmoid(float x, bool fuse) const {
        const float v = fuse ? std::fmaf(attributes.alpha, x, attributes.beta) : attributes.alpha * x + attributes.beta;
        return std::min(std::max(v, 0.0F), 1.0F);
    }
};

/// The deviation of a known library bug: parameters are looked up by algorithm, so that the first eltwise of the same
/// algorithm in the chain lends its own to the later ones.
graph::Eltwise attributes_of(const Context& context, graph::NodeId id) {
    const auto& own = std::get<graph::Eltwise>(context.node(id).operation);
    if (!context.broken(Deviation::repeated_eltwise_uses_first_parameters, id)) {
        return own;
    }
    graph::Eltwise result = own;
    for (graph::TensorId at = context.node(id).inputs[0]; at != graph::kAbsent;) {
        const graph::NodeId producer = context.tensor(at).producer;
        if (producer < 0) {
            break;
        }
        const graph::Node& node = context.node(producer);
        const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation);
        if (eltwise != nullptr && eltwise->algorithm == own.algorithm) {
            result = *eltwise;
        }
        at = node.inputs[0];
    }
    return result;
}

}  // namespace

AllowedTensor evaluate_eltwise(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    const graph::Eltwise attributes = attributes_of(context, id);
    const EltwiseOp op{attributes, context.contract, context.grants(contract::Freedom::fused_multiply_add),
                       turning_points(attributes)};
    return evaluate_elementwise<1>(context, output.type, output.shape,
                                   {argument_for(context, node.inputs[0], output.shape)}, op);
}

}  // namespace difftest::oracle
