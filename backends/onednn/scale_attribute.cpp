#include "backends/onednn/scale_attribute.hpp"

#include "backends/onednn/affine_steps.hpp"
#include "backends/onednn/api_version.hpp"

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

/// The operand of the first step, when that is a constant of the algorithm with one value or one for each channel.
std::optional<ResultParameter> leading_operand(const graph::Graph& graph, const PlannedPartition& partition,
                                               const Step& step, graph::BinaryAlgorithm algorithm) {
    const auto* binary = std::get_if<BinaryStep>(&step);
    if (binary == nullptr || binary->algorithm != algorithm) {
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
    return count == 1 || per_channel ? std::optional(ResultParameter{binary->operand, per_channel}) : std::nullopt;
}

bool begins_behind_a_contraction(const graph::Graph& graph, const PlannedPartition& partition,
                                 std::span<const Step> steps) {
    return !steps.empty() && head_kind(graph.node(partition.nodes.front())) == HeadKind::contraction;
}

}  // namespace

std::optional<ResultParameter> leading_scale(const graph::Graph& graph, const PlannedPartition& partition,
                                             std::span<const Step> steps) {
    if (!begins_behind_a_contraction(graph, partition, steps)) {
        return std::nullopt;
    }
    if (const auto* eltwise = std::get_if<EltwiseStep>(&steps.front())) {
        const bool multiplies = eltwise->algorithm == graph::EltwiseAlgorithm::linear && eltwise->beta == 0;
        return multiplies ? std::optional(ResultParameter{f32_scalar(eltwise->alpha), false}) : std::nullopt;
    }
    return leading_operand(graph, partition, steps.front(), graph::BinaryAlgorithm::multiply);
}

std::optional<ResultParameter> leading_shift(const graph::Graph& graph, const PlannedPartition& partition,
                                             std::span<const Step> steps) {
    if (!begins_behind_a_contraction(graph, partition, steps)) {
        return std::nullopt;
    }
    if (const auto* eltwise = std::get_if<EltwiseStep>(&steps.front())) {
        const bool adds = eltwise->algorithm == graph::EltwiseAlgorithm::linear && eltwise->alpha == 1;
        return adds ? std::optional(ResultParameter{f32_scalar(eltwise->beta), false}) : std::nullopt;
    }
    return leading_operand(graph, partition, steps.front(), graph::BinaryAlgorithm::add);
}

LeadingParameters leading_parameters(const graph::Graph& graph, const PlannedPartition& partition,
                                     const CreationOptions& options) {
    LeadingParameters result{std::nullopt, std::nullopt, partition.steps};
    const bool has_bias = graph::input_at(graph.node(partition.nodes.front()), "bias") != graph::kAbsent;
    const auto take = [&](std::optional<ResultParameter>& parameter, const auto& leading) {
        parameter = leading(graph, partition, result.steps);
        result.steps = result.steps.subspan(parameter ? 1 : 0);
    };
    const bool wants_scale = options.parameters != Parameters::usual;
    const bool wants_bias = options.bias && !has_bias;
    if (wants_bias && api::bias_precedes_scale()) {
        take(result.bias, leading_shift);
    }
    if (wants_scale) {
        take(result.scale, leading_scale);
    }
    if (wants_bias && !api::bias_precedes_scale()) {
        take(result.bias, leading_shift);
    }
    return result;
}

}  // namespace difftest::backends::onednn
