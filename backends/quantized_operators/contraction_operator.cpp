#include "backends/quantized_operators/contraction_operator.hpp"

#include "backends/quantized_operators/constant_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace difftest::backends::quantized {
namespace {

enum Slot : std::size_t { kData, kWeights, kBias, kDataZeroPoint, kWeightsZeroPoint };

[[noreturn]] void refuse(const graph::Node& node, const char* what) {
    throw NotRequantized(fmt::format("{} ('{}')", what, node.name));
}

bool is_byte(graph::DataType type) {
    return type == graph::DataType::u8 || type == graph::DataType::s8;
}

std::int64_t product(const graph::Shape& shape, std::size_t begin, std::size_t end) {
    std::int64_t count = 1;
    for (std::size_t d = begin; d < end; ++d) {
        count *= shape[d];
    }
    return count;
}

std::int64_t scalar_zero_point(const graph::Case& value, const graph::Node& node, Slot slot) {
    const auto single = single_value(value, node.inputs[slot], 0);
    if (!single) {
        refuse(node, "a zero point that is no single constant");
    }
    return static_cast<std::int64_t>(*single);
}

/// The values of a constant of integers; those of an absent one are 0, and nothing where it is no constant.
std::optional<std::vector<double>> integers_at(const graph::Case& value, graph::TensorId id) {
    if (id == graph::kAbsent) {
        return std::vector<double>{0};
    }
    if (value.graph.tensor(id).role != graph::TensorRole::constant) {
        return std::nullopt;
    }
    std::vector<double> values;
    for (std::int64_t i = 0; i < value.data_of(id).size(); ++i) {
        values.push_back(value.data_of(id).at(i));
    }
    return values;
}

double farthest(double value, const std::vector<double>& from) {
    double distance = 0;
    for (const double each : from) {
        distance = std::max(distance, std::fabs(value - each));
    }
    return distance;
}

/// The dimension of the weights along which the outputs of a contraction lie.
std::size_t axis_of_outputs(const graph::Case& value, const graph::Node& node) {
    const auto* matmul = std::get_if<graph::Matmul>(&node.operation);
    const std::size_t rank = value.graph.tensor(node.inputs[kWeights]).shape.size();
    return matmul == nullptr ? 0 : rank - (matmul->transpose_b ? 2 : 1);
}

void read_bias(const graph::Case& value, const graph::Node& node, ContractionOperator& op) {
    if (node.inputs[kBias] == graph::kAbsent) {
        return;
    }
    if (value.graph.tensor(node.inputs[kBias]).role != graph::TensorRole::constant) {
        refuse(node, "a bias that is no constant");
    }
    const graph::TensorData& bias = value.data_of(node.inputs[kBias]);
    for (std::int64_t i = 0; i < bias.size(); ++i) {
        op.bias.push_back(static_cast<std::int64_t>(bias.at(i)));
    }
}

/// One for each output channel: that of the contraction and what is added to its sums.
void join_biases(ContractionOperator& op, const graph::Node& node) {
    const std::vector<std::int64_t>& added = op.requantization.bias;
    if (op.bias.empty() && added.empty()) {
        return;
    }
    std::vector<std::int64_t> all(static_cast<std::size_t>(op.geometry.outputs), 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = (op.bias.empty() ? 0 : at_channel(op.bias, i)) + (added.empty() ? 0 : at_channel(added, i));
        if (all[i] < std::numeric_limits<std::int32_t>::min() || all[i] > std::numeric_limits<std::int32_t>::max()) {
            refuse(node, "a bias beyond s32");
        }
    }
    op.bias = std::move(all);
}

template <typename Window>
void read_window(const graph::Case& value, const graph::Node& node, const Window& window, ContractionOperator& op) {
    const graph::Shape& data = value.graph.tensor(op.data).shape;
    const graph::Shape& weights = value.graph.tensor(op.weights).shape;
    const graph::Shape& result = value.graph.tensor(node.output).shape;
    const std::size_t dimensions = data.size() - 2;
    if (dimensions > 2) {
        refuse(node, "more than two spatial dimensions");
    }
    PlaneGeometry& g = op.geometry;
    g.batch = data[0];
    g.channels = data[1];
    g.outputs = weights[0];
    g.groups = window.groups;
    for (std::size_t d = 0; d < dimensions; ++d) {
        const std::size_t plane = d + 2 - dimensions;
        (plane == 0 ? g.height : g.width) = data[d + 2];
        (plane == 0 ? g.out_height : g.out_width) = result[d + 2];
        g.kernel[plane] = weights[d + 2];
        g.strides[plane] = window.strides[d];
        g.dilations[plane] = window.dilations[d];
        g.pads_begin[plane] = window.pads_begin[d];
        g.pads_end[plane] = window.pads_end[d];
        if constexpr (requires { window.output_padding; }) {
            g.output_padding[plane] = window.output_padding[d];
        }
    }
}

void read_matmul(const graph::Case& value, const graph::Node& node, const graph::Matmul& matmul,
                 ContractionOperator& op) {
    const graph::Shape& a = value.graph.tensor(op.data).shape;
    const graph::Shape& b = value.graph.tensor(op.weights).shape;
    if (matmul.transpose_a) {
        refuse(node, "a transposed left matrix");
    }
    if (product(b, 0, b.size() - 2) != 1) {
        refuse(node, "a batch of right matrices");
    }
    op.geometry.batch = product(a, 0, a.size() - 1);
    op.geometry.channels = a.back();
    op.geometry.outputs = b[b.size() - (matmul.transpose_b ? 2 : 1)];
    op.weights_are_columns = !matmul.transpose_b;
}

void read_inner_product(const graph::Case& value, ContractionOperator& op) {
    const graph::Shape& data = value.graph.tensor(op.data).shape;
    op.geometry.batch = data[0];
    op.geometry.channels = product(data, 1, data.size());
    op.geometry.outputs = value.graph.tensor(op.weights).shape[0];
}

}  // namespace

double largest_sum(const graph::Case& value, const graph::Node& node) {
    constexpr double kUnknown = std::numeric_limits<double>::infinity();
    const auto data_zero_points = integers_at(value, node.inputs[kDataZeroPoint]);
    const auto weights_zero_points = integers_at(value, node.inputs[kWeightsZeroPoint]);
    const auto bias = integers_at(value, node.inputs[kBias]);
    if (!data_zero_points || !weights_zero_points || !bias ||
        value.graph.tensor(node.inputs[kWeights]).role != graph::TensorRole::constant) {
        return kUnknown;
    }
    const graph::DataType type = value.graph.tensor(node.inputs[kData]).type;
    const double data = std::max(farthest(static_cast<double>(graph::highest_of(type)), *data_zero_points),
                                 farthest(static_cast<double>(graph::lowest_of(type)), *data_zero_points));
    const graph::TensorData& weights = value.data_of(node.inputs[kWeights]);
    const std::size_t axis = axis_of_outputs(value, node);
    const std::int64_t stride = graph::row_major_strides(weights.shape())[axis];
    std::vector<double> sums(static_cast<std::size_t>(weights.shape()[axis]), 0);
    for (std::int64_t i = 0; i < weights.size(); ++i) {
        sums[static_cast<std::size_t>(i / stride) % sums.size()] +=
            data * farthest(weights.at(i), *weights_zero_points);
    }
    double largest = 0;
    for (const double sum : sums) {
        largest = std::max(largest, sum + farthest(0, *bias));
    }
    return largest;
}

ContractionOperator contraction_operator(const graph::Case& value, graph::NodeId head) {
    const graph::Graph& graph = value.graph;
    const graph::Node& node = graph.node(head);
    if (!graph::is_contraction(node.operation)) {
        throw NotRequantized(fmt::format("no such operator: {} ('{}')", name_of(node.operation), node.name));
    }
    ContractionOperator op;
    op.nodes = {head};
    op.data = node.inputs[kData];
    op.weights = node.inputs[kWeights];
    if (!is_byte(graph.tensor(op.data).type) || !is_byte(graph.tensor(op.weights).type)) {
        refuse(node, "operands that have not 8 bits");
    }
    if (graph.tensor(op.weights).role != graph::TensorRole::constant) {
        refuse(node, "weights that are no constant");
    }
    op.data_zero_point = scalar_zero_point(value, node, kDataZeroPoint);
    op.weights_zero_point = scalar_zero_point(value, node, kWeightsZeroPoint);
    read_bias(value, node, op);
    std::size_t axis = 1;
    if (const auto* convolution = std::get_if<graph::Convolution>(&node.operation)) {
        read_window(value, node, *convolution, op);
    } else if (const auto* deconvolution = std::get_if<graph::Deconvolution>(&node.operation)) {
        op.kind = ContractionOperator::Kind::deconvolution;
        read_window(value, node, *deconvolution, op);
    } else if (const auto* matmul = std::get_if<graph::Matmul>(&node.operation)) {
        op.kind = ContractionOperator::Kind::fully_connected;
        read_matmul(value, node, *matmul, op);
        axis = graph.tensor(node.output).shape.size() - 1;
    } else {
        op.kind = ContractionOperator::Kind::fully_connected;
        read_inner_product(value, op);
    }
    op.largest_sum = largest_sum(value, node);
    op.requantization = read_requantization(value, node.output, axis, op.largest_sum);
    op.nodes.insert(op.nodes.end(), op.requantization.nodes.begin(), op.requantization.nodes.end());
    join_biases(op, node);
    for (const std::int64_t each : op.requantization.bias) {
        op.largest_sum += std::fabs(static_cast<double>(each));  // more than enough
    }
    return op;
}

}  // namespace difftest::backends::quantized
