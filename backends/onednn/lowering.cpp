#include "backends/onednn/lowering.hpp"

#include "backends/onednn/api_version.hpp"

#include <fmt/format.h>

namespace difftest::backends::onednn {

using graph::BinaryAlgorithm;

namespace {

/// The algorithm with which `a op b` is `b op' a`; nothing when there is none.
std::optional<BinaryAlgorithm> with_operands_swapped(BinaryAlgorithm algorithm) {
    switch (algorithm) {
        case BinaryAlgorithm::add:
        case BinaryAlgorithm::multiply:
        case BinaryAlgorithm::maximum:
        case BinaryAlgorithm::minimum:
        case BinaryAlgorithm::equal:
        case BinaryAlgorithm::not_equal: return algorithm;
        case BinaryAlgorithm::greater_equal: return BinaryAlgorithm::less_equal;
        case BinaryAlgorithm::greater: return BinaryAlgorithm::less;
        case BinaryAlgorithm::less_equal: return BinaryAlgorithm::greater_equal;
        case BinaryAlgorithm::less: return BinaryAlgorithm::greater;
        case BinaryAlgorithm::subtract:
        case BinaryAlgorithm::divide: return std::nullopt;
    }
    return std::nullopt;
}

Lowering lower_binary(const graph::Binary& binary, const graph::Node& node, graph::TensorId chained) {
    const graph::TensorId a = graph::input_at(node, "a");
    const graph::TensorId b = graph::input_at(node, "b");
    if (chained == a) {
        return Steps{BinaryStep{binary.algorithm, b}};
    }
    if (binary.algorithm == BinaryAlgorithm::subtract) {
        // a - x is (-x) + a: negation is exact, so both round once and alike.
        return Steps{EltwiseStep{graph::EltwiseAlgorithm::linear, -1.0F, 0.0F}, BinaryStep{BinaryAlgorithm::add, a}};
    }
    if (const std::optional<BinaryAlgorithm> swapped = with_operands_swapped(binary.algorithm)) {
        return Steps{BinaryStep{*swapped, a}};
    }
    return CannotLower{fmt::format("'{}' divides by the value that would be fused into it", node.name)};
}

Lowering lower_eltwise(const graph::Eltwise& eltwise, const graph::Node& node) {
    const EltwiseStep step{eltwise.algorithm, eltwise.alpha, eltwise.beta};
    if (const std::optional<std::string> reason = api::why_not(step)) {
        return CannotLower{fmt::format("'{}': {}", node.name, *reason)};
    }
    return Steps{step};
}

Lowering lower_select(const graph::Node& node) {
    if (!api::has_select()) {
        return CannotLower{fmt::format("'{}': oneDNN 2.x has no select", node.name)};
    }
    return Steps{SelectStep{graph::input_at(node, "condition"), graph::input_at(node, "b")}};
}

struct Visitor {
    const graph::Case& value;
    const graph::Node& node;
    graph::TensorId chained;
    Position position;

    Lowering operator()(const graph::Eltwise& eltwise) const { return lower_eltwise(eltwise, node); }
    Lowering operator()(const graph::Binary& binary) const { return lower_binary(binary, node, chained); }
    Lowering operator()(const graph::Prelu&) const { return Steps{PreluStep{graph::input_at(node, "slope")}}; }
    Lowering operator()(const graph::Sum&) const { return Steps{sum_step(value.graph, node)}; }
    Lowering operator()(const graph::Select&) const { return lower_select(node); }
    Lowering operator()(const graph::FakeQuantize&) const { return lower_fake_quantize(value, node, position); }
    Lowering operator()(const graph::Quantize&) const { return lower_quantize(value, node, position); }
    Lowering operator()(const graph::Dequantize&) const { return lower_dequantize(value, node); }
    Lowering operator()(const graph::Requantize&) const { return lower_requantize(value, node, position); }
    Lowering operator()(const graph::Convert&) const { return lower_convert(value, node, position); }
    Lowering operator()(const graph::RequantizeFixedPoint&) const {
        return CannotLower{fmt::format("'{}': the library requantizes in f32, not in fixed point", node.name)};
    }
    Lowering operator()(const graph::ShiftRound&) const {
        return CannotLower{fmt::format("'{}': the library has no rounding shift", node.name)};
    }
    template <class Op>
    Lowering operator()(const Op& /*op*/) const {
        return CannotLower{fmt::format("'{}': {} is not a post-op", node.name, Op::name)};
    }
};

}  // namespace

SumStep sum_step(const graph::Graph& graph, const graph::Node& node) {
    const auto& sum = std::get<graph::Sum>(node.operation);
    const graph::TensorId previous = graph::input_at(node, "previous");
    SumStep step{previous, graph.tensor(previous).type, sum.scale, static_cast<std::int32_t>(sum.zero_point)};
    switch (sum.reinterpretation) {
        case graph::Reinterpretation::none: break;
        case graph::Reinterpretation::s8: step.type = graph::DataType::s8; break;
        case graph::Reinterpretation::u8: step.type = graph::DataType::u8; break;
    }
    return step;
}

Lowering lower(const graph::Case& value, const graph::Node& node, graph::TensorId chained, Position position) {
    return std::visit(Visitor{value, node, chained, position}, node.operation);
}

}  // namespace difftest::backends::onednn
