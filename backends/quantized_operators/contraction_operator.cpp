#include "backends/quantized_operators/contraction_operator.hpp"

#include "backends/quantized_operators/constant_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

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

/// The largest magnitude of a sum: all products of one output channel with one sign.
double largest_sum(const graph::Case& value, const ContractionOperator& op, std::size_t output_axis) {
    const graph::TensorData& weights = value.data_of(op.weights);
    const graph::DataType type = value.graph.tensor(op.data).type;
    const double zero_point = static_cast<double>(op.data_zero_point);
    const double data = std::max(std::fabs(static_cast<double>(graph::highest_of(type)) - zero_point),
                                 std::fabs(static_cast<double>(graph::lowest_of(type)) - zero_point));
    const std::vector<std::int64_t> strides = graph::row_major_strides(weights.shape());
    const auto outputs = static_cast<std::size_t>(weights.shape()[output_axis]);
    std::vector<double> sums(outputs, 0);
    for (std::int64_t i = 0; i < weights.size(); ++i) {
        const std::size_t output = static_cast<std::size_t>(i / strides[output_axis]) % outputs;
        sums[output] += data * std::fabs(weights.at(i) - static_cast<double>(op.weights_zero_point));
    }
    double largest = 0;
    for (std::size_t output = 0; output < outputs; ++output) {
        const double bias = op.bias.empty() ? 0 : std::fabs(static_cast<double>(at_channel(op.bias, output)));
        largest = std::max(largest, sums[output] + bias);
    }
    return largest;
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
    std::size_t weights_axis = 0;
    if (const auto* convolution = std::get_if<graph::Convolution>(&node.operation)) {
        read_window(value, node, *convolution, op);
    } else if (const auto* deconvolution = std::get_if<graph::Deconvolution>(&node.operation)) {
        op.kind = ContractionOperator::Kind::deconvolution;
        read_window(value, node, *deconvolution, op);
    } else if (const auto* matmul = std::get_if<graph::Matmul>(&node.operation)) {
        op.kind = ContractionOperator::Kind::fully_connected;
        read_matmul(value, node, *matmul, op);
        axis = graph.tensor(node.output).shape.size() - 1;
        weights_axis = graph.tensor(op.weights).shape.size() - (matmul->transpose_b ? 2 : 1);
    } else {
        op.kind = ContractionOperator::Kind::fully_connected;
        read_inner_product(value, op);
    }
    op.largest_sum = largest_sum(value, op, weights_axis);
    op.requantization = read_requantization(value, node.output, axis, op.largest_sum);
    op.nodes.insert(op.nodes.end(), op.requantization.nodes.begin(), op.requantization.nodes.end());
    join_biases(op, node);
    op.largest_sum = largest_sum(value, op, weights_axis);
    return op;
}

}  // namespace difftest::backends::quantized
