#include "reference/oracle/elementwise.hpp"
#include "reference/oracle/scale_association.hpp"
#include "reference/oracle/selection.hpp"

#include <limits>

// Two-argument functions in f32 with numpy broadcast; comparisons give 0 or 1. Where a product feeds a sum, the sum may
// be one fused multiply-add (F2); where constants are multiplied one after the other, any association may be used (F1).

namespace difftest::oracle {
namespace {

using graph::BinaryAlgorithm;

struct BinaryOp {
    BinaryAlgorithm algorithm;
    bool reciprocal;  ///< F3, when the divisor is a constant
    bool opencl_ulp;  ///< F6: a quotient may be 2.5 ulp off
    bool computed;    ///< the second operand is a result, and a set does not keep the sign of a zero

    int variants() const { return algorithm == BinaryAlgorithm::divide && (reciprocal || computed) ? 2 : 1; }

    Interval operator()(int variant, const std::array<double, 2>& arguments) const {
        const auto a = static_cast<float>(arguments[0]);
        const auto b = static_cast<float>(arguments[1]);
        if (algorithm == BinaryAlgorithm::divide) {
            return divide(a, b, variant == 1);
        }
        const double y = evaluate(a, b);
        return {y, y};
    }

    template <class Use>
    void with_function(int variant, const Use& use) const {
        const auto apply = [&](const auto& function) {
            use([&function](const std::array<double, 2>& arguments) -> double {
                return function(static_cast<float>(arguments[0]), static_cast<float>(arguments[1]));
            });
        };
        switch (algorithm) {
            case BinaryAlgorithm::add: return apply([](float a, float b) { return a + b; });
            case BinaryAlgorithm::subtract: return apply([](float a, float b) { return a - b; });
            case BinaryAlgorithm::multiply: return apply([](float a, float b) { return a * b; });
            case BinaryAlgorithm::maximum: return apply([](float a, float b) { return std::max(a, b); });
            case BinaryAlgorithm::minimum: return apply([](float a, float b) { return std::min(a, b); });
            default: break;
        }
        use([&](const std::array<double, 2>& arguments) {
            const Interval value = (*this)(variant, arguments);
            return value.lo == value.hi ? value.lo : std::nan("");
        });
    }

    void widen_over(const std::array<Interval, 2>& box, Image& image) const {
        const auto contains = [](const Interval& side, double value) { return side.lo <= value && value <= side.hi; };
        const auto infinite = [](const Interval& side) { return std::isinf(side.lo) || std::isinf(side.hi); };
        if (algorithm == BinaryAlgorithm::divide && contains(box[1], 0)) {
            image.include({-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()});
            image.may_be_nan = image.may_be_nan || contains(box[0], 0);
        }
        if (algorithm == BinaryAlgorithm::multiply) {
            image.may_be_nan = image.may_be_nan || (contains(box[0], 0) && infinite(box[1])) ||
                               (contains(box[1], 0) && infinite(box[0]));
        }
    }

private:
    Interval divide(float a, float b, bool otherwise) const {
        const float divisor = otherwise && !reciprocal && b == 0 ? -b : b;
        const double y = otherwise && reciprocal ? a * (1.0F / b) : a / divisor;
        // The reciprocal may be 2.5 ulp off, and its product rounds.
        return opencl_ulp ? within_ulps(y, otherwise && reciprocal ? 3.5 : 2.5) : Interval{y, y};
    }

    float evaluate(float a, float b) const {
        switch (algorithm) {
            case BinaryAlgorithm::add: return a + b;
            case BinaryAlgorithm::subtract: return a - b;
            case BinaryAlgorithm::multiply: return a * b;
            case BinaryAlgorithm::divide: break;
            case BinaryAlgorithm::maximum: return std::max(a, b);
            case BinaryAlgorithm::minimum: return std::min(a, b);
            default: break;  // comparisons: selection.cpp
        }
        return std::nanf("");
    }
};

/// a * b + c or a * b - c, or c - a * b, with one rounding.
struct FusedMultiplyAddOp {
    float product_sign;
    float addend_sign;

    int variants() const { return 1; }

    Interval operator()(int /*variant*/, const std::array<double, 3>& arguments) const {
        const double y = std::fmaf(product_sign * static_cast<float>(arguments[0]), static_cast<float>(arguments[1]),
                                   addend_sign * static_cast<float>(arguments[2]));
        return {y, y};
    }
};

bool is_constant(const Context& context, graph::TensorId id) {
    return context.tensor(id).role == graph::TensorRole::constant;
}

void add_contractions(const Context& context, const graph::Node& node, BinaryAlgorithm algorithm,
                      AllowedTensor& result) {
    const graph::Tensor& output = context.tensor(node.output);
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
        const auto factors = product_factors_of(context, node.inputs[side]);
        if (!factors) {
            continue;
        }
        const bool subtract = algorithm == BinaryAlgorithm::subtract;
        const FusedMultiplyAddOp op{subtract && side == 1 ? -1.0F : 1.0F, subtract && side == 0 ? -1.0F : 1.0F};
        merge_into(context, result,
                   evaluate_elementwise<3>(context, output.type, output.shape,
                                           {argument_for(context, factors->a, output.shape),
                                            argument_for(context, factors->b, output.shape),
                                            argument_for(context, node.inputs[1 - side], output.shape)},
                                           op));
    }
}

}  // namespace

std::optional<ProductFactors> product_factors_of(const Context& context, graph::TensorId id) {
    const graph::NodeId producer = foldable_producer(context.graph(), id);
    if (producer < 0) {
        return std::nullopt;
    }
    const graph::Node& node = context.node(producer);
    const auto* binary = std::get_if<graph::Binary>(&node.operation);
    if (binary == nullptr || binary->algorithm != BinaryAlgorithm::multiply) {
        return std::nullopt;
    }
    return ProductFactors{node.inputs[0], node.inputs[1]};
}

AllowedTensor evaluate_binary(const Context& context, graph::NodeId id) {
    using contract::Freedom;
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    const BinaryAlgorithm algorithm = std::get<graph::Binary>(node.operation).algorithm;
    std::array<Argument, 2> arguments{argument_for(context, node.inputs[0], output.shape),
                                      argument_for(context, node.inputs[1], output.shape)};
    if (context.broken(Deviation::channel_zero_only, id) && is_constant(context, node.inputs[1])) {
        std::fill(arguments[1].strides.begin(), arguments[1].strides.end(), 0);
    }
    if (context.broken(Deviation::scale_before_quantize, id)) {
        const graph::NodeId quantize = context.tensor(node.inputs[0]).producer;
        const graph::TensorId unquantized = context.node(quantize).inputs[0];
        const AllowedTensor scaled = evaluate_elementwise<2>(
            context, output.type, output.shape, {argument_for(context, unquantized, output.shape), arguments[1]},
            BinaryOp{algorithm, false, false, false});
        return evaluate_fake_quantize_of(context, quantize, scaled);
    }
    if (is_comparison(algorithm)) {
        return evaluate_comparison(context, output, arguments, algorithm);
    }
    const BinaryOp op{algorithm, context.grants(Freedom::reciprocal_division) && is_constant(context, node.inputs[1]),
                      context.grants(Freedom::opencl_ulp), context.tensor(node.inputs[1]).producer >= 0};
    AllowedTensor result = evaluate_elementwise(context, output.type, output.shape, arguments, op);
    const bool sum = algorithm == BinaryAlgorithm::add || algorithm == BinaryAlgorithm::subtract;
    if (sum && context.grants(Freedom::fused_multiply_add)) {
        add_contractions(context, node, algorithm, result);
    }
    if (algorithm == BinaryAlgorithm::multiply && context.grants(Freedom::scale_association)) {
        add_associated_products(context, id, result);
    }
    return result;
}

}  // namespace difftest::oracle
