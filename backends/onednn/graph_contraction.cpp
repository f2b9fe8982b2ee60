#include "backends/onednn/graph_contraction.hpp"

#include "backends/backend.hpp"
#include "backends/onednn/lowering.hpp"
#include "backends/onednn/scale_attribute.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace difftest::backends::onednn {

using graph::DataType;
using graph::Node;
using graph::Shape;
using graph::TensorId;

namespace {

/// The slots of every contraction, in their order (is_contraction).
enum Slot : std::size_t { kData, kWeights, kBias, kDataZeroPoint, kWeightsZeroPoint };

/// Sums of integers below this are exact in f32, in any order.
constexpr double kExactInFloat = 16777216;

/// The largest size of a value minus its zero point. Zero points are constants (dequantized()).
double largest_operand(const graph::Case& value, TensorId tensor, TensorId zero_point) {
    const DataType type = value.graph.tensor(tensor).type;
    double largest =
        std::max(-static_cast<double>(graph::lowest_of(type)), static_cast<double>(graph::highest_of(type)));
    if (zero_point != graph::kAbsent) {
        const graph::TensorData& values = value.data_of(zero_point);
        double furthest = 0;
        for (std::int64_t index = 0; index < values.size(); ++index) {
            furthest = std::max(furthest, std::abs(values.at(index)));
        }
        largest += furthest;
    }
    return largest;
}

std::int64_t product_from(const Shape& shape, std::size_t first) {
    return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(std::min(first, shape.size())), shape.end(),
                           std::int64_t{1}, std::multiplies<>());
}

template <typename Op>
std::vector<std::pair<std::string, GraphAttribute>> window_attributes(const Op& op, const char* weights_format) {
    return {{"strides", op.strides},
            {"pads_begin", op.pads_begin},
            {"pads_end", op.pads_end},
            {"dilations", op.dilations},
            {"groups", op.groups},
            {"data_format", std::string("NCX")},
            {"weights_format", std::string(weights_format)}};
}

/// [O, C/groups, kernel...] as [C, O/groups, kernel...].
graph::TensorData with_inputs_first(const graph::TensorData& weights, std::int64_t groups) {
    const Shape& from = weights.shape();
    Shape to = from;
    to[0] = from[1] * groups;
    to[1] = from[0] / groups;
    const std::int64_t kernel = product_from(from, 2);
    graph::TensorData result(weights.type(), to);
    for (std::int64_t out = 0; out < from[0]; ++out) {
        for (std::int64_t in = 0; in < from[1]; ++in) {
            const std::int64_t group = out / to[1];
            const std::int64_t source = (out * from[1] + in) * kernel;
            const std::int64_t destination = ((group * from[1] + in) * to[1] + out % to[1]) * kernel;
            for (std::int64_t tap = 0; tap < kernel; ++tap) {
                result.set(destination + tap, weights.at(source + tap));
            }
        }
    }
    return result;
}

}  // namespace

std::optional<ChannelValues> channel_values(const graph::Case& value, TensorId parameter, const Shape& data) {
    const graph::Tensor& tensor = value.graph.tensor(parameter);
    if (tensor.role != graph::TensorRole::constant || tensor.shape.size() > data.size()) {
        return std::nullopt;
    }
    ChannelValues result;
    const graph::TensorData& values = value.data_of(parameter);
    for (std::int64_t index = 0; index < values.size(); ++index) {
        result.values.push_back(values.at(index));
    }
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        if (tensor.shape[d] == 1) {
            continue;
        }
        if (result.axis) {
            return std::nullopt;
        }
        result.axis = static_cast<std::int64_t>(d + data.size() - tensor.shape.size());
    }
    return result;
}

void ContractionLowering::add(const graph::Convolution& op, const Node& node, bool folds_scales) {
    const Shape& weights = builder_.value().graph.tensor(node.inputs[kWeights]).shape;
    add(node, {"Convolution", window_attributes(op, "OIX"), 0, std::nullopt, product_from(weights, 1)}, folds_scales);
}

void ContractionLowering::add(const graph::Deconvolution& op, const Node& node, bool folds_scales) {
    const graph::Tensor& weights = builder_.value().graph.tensor(node.inputs[kWeights]);
    if (weights.role != graph::TensorRole::constant) {
        throw Unsupported(
            fmt::format("'{}': the Graph API wants other weights, with the input channels first", node.name));
    }
    // Of a grouped one the result's channels are two dimensions of the weights.
    const std::optional<std::int64_t> channels = op.groups == 1 ? std::optional<std::int64_t>(1) : std::nullopt;
    Operation operation{"ConvTranspose", window_attributes(op, "IOX"), channels,
                        with_inputs_first(builder_.value().data_of(node.inputs[kWeights]), op.groups),
                        product_from(weights.shape, 1)};
    operation.attributes.emplace_back("output_padding", op.output_padding);
    add(node, std::move(operation), folds_scales);
}

void ContractionLowering::add(const graph::Matmul& op, const Node& node, bool folds_scales) {
    const graph::Graph& graph = builder_.value().graph;
    const Shape& a = graph.tensor(node.inputs[kData]).shape;
    const Shape& b = graph.tensor(node.inputs[kWeights]).shape;
    if (a.size() < 2 || b.size() < 2) {
        throw Unsupported(fmt::format("'{}': a vector as a matrix is not mapped to the Graph API", node.name));
    }
    const auto rank = static_cast<std::int64_t>(b.size());
    const std::int64_t terms = op.transpose_a ? a[a.size() - 2] : a.back();
    // One factor for each column reads as one for each channel of the result in two dimensions only.
    const std::optional<std::int64_t> channels = rank - (op.transpose_b ? 2 : 1);
    add(node,
        {"MatMul", {{"transpose_a", op.transpose_a}, {"transpose_b", op.transpose_b}}, channels, std::nullopt, terms},
        folds_scales && rank == 2 && a.size() == 2);
}

void ContractionLowering::add(const graph::InnerProduct& /*op*/, const Node& node, bool folds_scales) {
    const Shape& data = builder_.value().graph.tensor(node.inputs[kData]).shape;
    if (data.size() != 2) {
        throw Unsupported(fmt::format("'{}': an inner product over space is not mapped to the Graph API", node.name));
    }
    add(node, {"MatMul", {{"transpose_a", false}, {"transpose_b", true}}, 0, std::nullopt, data[1]}, folds_scales);
}

std::vector<float> ContractionLowering::leading_factors(const Node& node, bool per_channel) const {
    const graph::Case& value = builder_.value();
    const std::vector<graph::NodeId> consumers = value.graph.consumers_of(node.output);
    if (node.inputs[kBias] != graph::kAbsent || consumers.size() != 1 || value.graph.is_output(node.output)) {
        return {};
    }
    const Node& consumer = value.graph.node(consumers.front());
    if (head_kind(consumer) != HeadKind::pointwise || consumer.inputs.front() != node.output ||
        value.graph.tensor(consumer.output).shape != value.graph.tensor(node.output).shape) {
        return {};
    }
    Lowering lowering = lower(value, consumer, node.output, Position::middle);
    auto* steps = std::get_if<Steps>(&lowering);
    const auto id = value.graph.find_node(node.name);
    if (steps == nullptr || steps->empty() || !id) {
        return {};
    }
    const PlannedPartition both{{*id, consumers.front()}, node.inputs[kData], *steps, consumer.output};
    const auto scale = leading_scale(value.graph, both, both.steps);
    if (!scale || (scale->per_channel && !per_channel)) {
        return {};
    }
    const auto* literal = std::get_if<graph::TensorData>(&scale->values);
    const graph::TensorData& factors = literal != nullptr ? *literal : value.data_of(std::get<TensorId>(scale->values));
    std::vector<float> result;
    for (std::int64_t index = 0; index < factors.size(); ++index) {
        result.push_back(static_cast<float>(factors.at(index)));
    }
    return result;
}

GraphValueId ContractionLowering::dequantized(TensorId tensor, GraphValueId integers, TensorId zero_point,
                                              std::optional<std::int64_t> axis, const std::vector<float>& scales) {
    GraphQuantization parameters{scales, std::vector<std::int64_t>(scales.size(), 0), std::nullopt};
    if (zero_point != graph::kAbsent) {
        const graph::Tensor& described = builder_.value().graph.tensor(zero_point);
        if (described.role != graph::TensorRole::constant) {
            throw Unsupported(fmt::format("'{}': the Graph API has constant zero points only", described.name));
        }
        const graph::TensorData& values = builder_.value().data_of(zero_point);
        const auto count = std::max(scales.size(), static_cast<std::size_t>(values.size()));
        parameters = {std::vector<float>(count, scales.front()), {}, std::nullopt};
        for (std::size_t index = 0; index < count; ++index) {
            parameters.scales[index] = scales[scales.size() == 1 ? 0 : index];
            parameters.zero_points.push_back(
                static_cast<std::int64_t>(values.at(values.size() == 1 ? 0 : static_cast<std::int64_t>(index))));
        }
    }
    if (parameters.scales.size() > 1) {
        if (!axis) {
            throw Unsupported(fmt::format("'{}': its channels are no dimension in the Graph API",
                                          builder_.value().graph.tensor(tensor).name));
        }
        parameters.axis = axis;
    }
    return builder_.dequantize(integers, parameters);
}

void ContractionLowering::add(const Node& node, Operation operation, bool folds_scales) {
    const graph::Graph& graph = builder_.value().graph;
    const graph::Tensor& result = graph.tensor(node.output);
    const auto integer = [&graph, &node](Slot slot) { return graph::is_integer(graph.tensor(node.inputs[slot]).type); };
    const bool is_integer = integer(kData) && integer(kWeights);
    if (!is_integer && (integer(kData) || integer(kWeights))) {
        throw Unsupported(fmt::format("'{}': operands of different kinds are not mapped to the Graph API", node.name));
    }
    const auto weights = [&] {
        return operation.weights ? builder_.literal(*operation.weights) : builder_.stored(node.inputs[kWeights]);
    };
    std::vector<GraphValueId> inputs;
    IntegerContraction contraction;
    if (is_integer) {
        std::vector<float> factors =
            folds_scales ? leading_factors(node, operation.channels.has_value()) : std::vector<float>{};
        contraction.has_scale = !factors.empty();
        if (contraction.has_scale) {
            folded_.insert(node.output);
        } else {
            factors = {1.0F};
        }
        const bool is_matmul = std::string_view(operation.kind) == "MatMul";
        const std::optional<std::int64_t> data_channels = is_matmul ? std::nullopt : std::optional<std::int64_t>(1);
        inputs.push_back(dequantized(node.inputs[kData], builder_.stored(node.inputs[kData]),
                                     node.inputs[kDataZeroPoint], data_channels, {1.0F}));
        contraction.dequantizations.push_back(builder_.last_operation());
        inputs.push_back(
            dequantized(node.inputs[kWeights], weights(), node.inputs[kWeightsZeroPoint], operation.channels, factors));
        contraction.dequantizations.push_back(builder_.last_operation());
    } else {
        inputs = {builder_.stored(node.inputs[kData]), weights()};
    }
    if (node.inputs[kBias] != graph::kAbsent) {
        inputs.push_back(builder_.real(node.inputs[kBias]));
    }
    const GraphValueId sums =
        builder_.apply(operation.kind, std::move(inputs), result.shape, std::move(operation.attributes));
    if (is_integer) {
        contraction.operation = builder_.last_operation();
        const double largest = largest_operand(builder_.value(), node.inputs[kData], node.inputs[kDataZeroPoint]) *
                               largest_operand(builder_.value(), node.inputs[kWeights], node.inputs[kWeightsZeroPoint]);
        contraction.is_exact_in_f32 = static_cast<double>(operation.terms) * largest <= kExactInFloat;
        builder_.note(std::move(contraction));
    }
    builder_.finish(node.output, sums);
}

}  // namespace difftest::backends::onednn
