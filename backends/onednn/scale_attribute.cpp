#include "backends/onednn/scale_attribute.hpp"

#include "backends/onednn/affine_steps.hpp"

namespace difftest::backends::onednn {

namespace {

struct Factors {
    graph::DataType type;
    graph::Shape shape;
};

std::optional<Factors> constant_factors(const graph::Graph& graph, const OperandSource& operand) {
    if (const auto* literal = std::get_if<graph::TensorData>(&operand)) {
        return Factors{literal->type(), literal->shape()};
    }
    const graph::Tensor& tensor = graph.tensor(std::get<graph::TensorId>(operand));
    return tensor.role == graph::TensorRole::constant ? std::optional(Factors{tensor.type, tensor.shape})
                                                      : std::nullopt;
}

}  // namespace

std::optional<ResultScale> leading_scale(const graph::Graph& graph, const PlannedPartition& partition) {
    if (partition.steps.empty() || head_kind(graph.node(partition.nodes.front())) != HeadKind::contraction) {
        return std::nullopt;
    }
    if (const auto* eltwise = std::get_if<EltwiseStep>(&partition.steps.front())) {
        const bool multiplies = eltwise->algorithm == graph::EltwiseAlgorithm::linear && eltwise->beta == 0;
        return multiplies ? std::optional(ResultScale{f32_scalar(eltwise->alpha), false}) : std::nullopt;
    }
    const auto* binary = std::get_if<BinaryStep>(&partition.steps.front());
    if (binary == nullptr || binary->algorithm != graph::BinaryAlgorithm::multiply) {
        return std::nullopt;
    }
    const std::optional<Factors> factors = constant_factors(graph, binary->operand);
    if (!factors || factors->type != graph::DataType::f32) {
        return std::nullopt;
    }
    const graph::Shape& result = graph.tensor(partition.output).shape;
    const std::int64_t count = graph::element_count(factors->shape).value();
    graph::Shape channels(result.size(), 1);
    if (count != 1 && result.size() > 1) {
        channels[1] = result[1];
    }
    const bool per_channel =
        count != 1 && graph::broadcast_strides(factors->shape, result) == graph::broadcast_strides(channels, result);
    return count == 1 || per_channel ? std::optional(ResultScale{binary->operand, per_channel}) : std::nullopt;
}

}  // namespace difftest::backends::onednn
