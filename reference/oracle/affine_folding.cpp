#include "reference/oracle/affine_folding.hpp"

#include "reference/oracle/elementwise.hpp"

#include <optional>
#include <vector>

// F4: two adjacent steps a1 * x + b1 and a2 * y + b2 with constants may be computed as one, a * x + b with
// a = rn(a1 * a2) and b = rn(rn(a2 * b1) + b2) or fma(a2, b1, b2); longer runs likewise, from the inside out.

namespace difftest::oracle {
namespace {

/// One step a * x + b with constant tensors.
struct Step {
    graph::TensorId x;
    AllowedTensor a;
    AllowedTensor b;
};

AllowedTensor constant(double value) {
    AllowedTensor tensor(graph::DataType::f32, {});
    tensor.set_point(0, value);
    return tensor;
}

Argument broadcast_argument(const AllowedTensor& tensor, const graph::Shape& shape) {
    return {&tensor, nullptr, graph::broadcast_strides(tensor.shape(), shape)};
}

struct MultiplyOp {
    int variants() const { return 1; }
    Interval operator()(int /*variant*/, const std::array<double, 2>& arguments) const {
        const double y = static_cast<float>(arguments[0]) * static_cast<float>(arguments[1]);
        return {y, y};
    }
};

struct NegateOp {
    int variants() const { return 1; }
    Interval operator()(int /*variant*/, const std::array<double, 1>& arguments) const {
        return {-static_cast<float>(arguments[0]), -static_cast<float>(arguments[0])};
    }
};

/// a * x + b, rounded twice or once.
struct MultiplyAddOp {
    int variants() const { return 2; }
    Interval operator()(int variant, const std::array<double, 3>& arguments) const {
        const auto a = static_cast<float>(arguments[0]);
        const auto x = static_cast<float>(arguments[1]);
        const auto b = static_cast<float>(arguments[2]);
        const double y = variant == 0 ? a * x + b : std::fmaf(a, x, b);
        return {y, y};
    }
};

std::optional<Step> affine_eltwise(const graph::Node& node, const graph::Eltwise& op) {
    if (op.algorithm != graph::EltwiseAlgorithm::linear) {
        return std::nullopt;
    }
    return Step{node.inputs[0], constant(op.alpha), constant(op.beta)};
}

std::optional<Step> affine_binary(const Context& context, const graph::Node& node, const graph::Binary& op) {
    const auto is_constant = [&](std::size_t slot) {
        return context.tensor(node.inputs[slot]).role == graph::TensorRole::constant;
    };
    const bool second = is_constant(1);
    if (second == is_constant(0)) {
        return std::nullopt;
    }
    const graph::TensorId x = node.inputs[second ? 0 : 1];
    const AllowedTensor& c = context.set_of(node.inputs[second ? 1 : 0]);
    switch (op.algorithm) {
        case graph::BinaryAlgorithm::multiply: return Step{x, c, constant(0)};
        case graph::BinaryAlgorithm::add: return Step{x, constant(1), c};
        case graph::BinaryAlgorithm::subtract:
            if (!second) {
                return Step{x, constant(-1), c};
            }
            return Step{x, constant(1),
                        evaluate_elementwise<1>(context, graph::DataType::f32, c.shape(),
                                                {broadcast_argument(c, c.shape())}, NegateOp{})};
        default: return std::nullopt;
    }
}

std::optional<Step> affine_step(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    if (context.tensor(node.output).type != graph::DataType::f32) {
        return std::nullopt;
    }
    if (const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation)) {
        return affine_eltwise(node, *eltwise);
    }
    if (const auto* binary = std::get_if<graph::Binary>(&node.operation)) {
        return affine_binary(context, node, *binary);
    }
    return std::nullopt;
}

/// (a2, b2) after (a1, b1).
Step fold(const Context& context, const Step& inner, const Step& outer) {
    const graph::Shape product = *graph::broadcast(inner.a.shape(), outer.a.shape());
    const graph::Shape sum = *graph::broadcast(*graph::broadcast(outer.a.shape(), inner.b.shape()), outer.b.shape());
    return {inner.x,
            evaluate_elementwise<2>(context, graph::DataType::f32, product,
                                    {broadcast_argument(inner.a, product), broadcast_argument(outer.a, product)},
                                    MultiplyOp{}),
            evaluate_elementwise<3>(
                context, graph::DataType::f32, sum,
                {broadcast_argument(outer.a, sum), broadcast_argument(inner.b, sum), broadcast_argument(outer.b, sum)},
                MultiplyAddOp{})};
}

}  // namespace

void add_folded_affine(const Context& context, graph::NodeId id, AllowedTensor& result) {
    std::optional<Step> folded = affine_step(context, id);
    while (folded) {
        const graph::NodeId producer = foldable_producer(context.graph(), folded->x);
        const std::optional<Step> inner = producer < 0 ? std::nullopt : affine_step(context, producer);
        if (!inner) {
            return;
        }
        folded = fold(context, *inner, *folded);
        const graph::Tensor& output = context.tensor(context.node(id).output);
        merge_into(context, result,
                   evaluate_elementwise<3>(
                       context, output.type, output.shape,
                       {broadcast_argument(folded->a, output.shape), argument_for(context, folded->x, output.shape),
                        broadcast_argument(folded->b, output.shape)},
                       MultiplyAddOp{}));
    }
}

}  // namespace difftest::oracle
