#include "reference/oracle/taps.hpp"

#include <utility>
#include <variant>

namespace difftest::oracle {
namespace {

struct Geometry {
    bool transposed;
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;
    std::vector<std::int64_t> pads;
    std::int64_t groups;
};

bool geometry_of(const graph::Operation& operation, Geometry& geometry) {
    if (const auto* convolution = std::get_if<graph::Convolution>(&operation)) {
        geometry = {false, convolution->strides, convolution->dilations, convolution->pads_begin, convolution->groups};
        return true;
    }
    if (const auto* deconvolution = std::get_if<graph::Deconvolution>(&operation)) {
        geometry = {true, deconvolution->strides, deconvolution->dilations, deconvolution->pads_begin,
                    deconvolution->groups};
        return true;
    }
    return false;
}

/// The position in the data that output position `o` reads through kernel position `k`; -1 when there is none.
std::int64_t data_position(const Geometry& g, std::size_t d, std::int64_t o, std::int64_t k, std::int64_t size) {
    std::int64_t position = 0;
    if (g.transposed) {
        const std::int64_t scaled = o + g.pads[d] - k * g.dilations[d];
        if (scaled < 0 || scaled % g.strides[d] != 0) {
            return -1;
        }
        position = scaled / g.strides[d];
    } else {
        position = o * g.strides[d] - g.pads[d] + k * g.dilations[d];
    }
    return position >= 0 && position < size ? position : -1;
}

std::int64_t flat(const std::vector<std::int64_t>& coordinates, const graph::Shape& shape) {
    std::int64_t index = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        index = index * shape[d] + coordinates[d];
    }
    return index;
}

std::int64_t channel_value(const graph::Case& value, graph::TensorId id, std::int64_t channel) {
    if (id == graph::kAbsent) {
        return 0;
    }
    const graph::TensorData& data = value.data_of(id);
    return static_cast<std::int64_t>(data.at(data.size() == 1 ? 0 : channel));
}

/// What the products of one node are made of.
struct Operands {
    const graph::Case& value;
    const graph::Node& node;
    const graph::TensorData& data = value.data_of(node.inputs[0]);
    const graph::TensorData& weights = value.data_of(node.inputs[1]);
    graph::Shape output = value.graph.tensor(node.output).shape;

    /// The product of two elements; parameters belong to a channel of the data and of the result.
    Tap tap(std::vector<std::int64_t> data_at, std::vector<std::int64_t> weights_at, std::int64_t channel,
            std::int64_t output_channel) const {
        Tap result;
        result.x = static_cast<std::int64_t>(data.at(flat(data_at, data.shape())));
        result.w = static_cast<std::int64_t>(weights.at(flat(weights_at, weights.shape())));
        result.data_zero_point = channel_value(value, node.inputs[3], channel);
        result.weights_zero_point = channel_value(value, node.inputs[4], output_channel);
        result.data = std::move(data_at);
        result.weights = std::move(weights_at);
        return result;
    }
};

std::vector<Tap> taps_of_windows(const Operands& operands, const Geometry& geometry,
                                 const std::vector<std::int64_t>& at) {
    const graph::Shape& weights = operands.weights.shape();
    const std::int64_t group = at[1] / (operands.output[1] / geometry.groups);
    const std::int64_t taps = operands.weights.size() / weights[0];
    std::vector<Tap> result;
    for (std::int64_t t = 0; t < taps; ++t) {
        const std::vector<std::int64_t> weight = graph::coordinates_of(at[1] * taps + t, weights);
        std::vector<std::int64_t> data{at[0], group * weights[1] + weight[1]};
        bool connected = true;
        for (std::size_t d = 0; d + 2 < at.size(); ++d) {
            data.push_back(data_position(geometry, d, at[2 + d], weight[2 + d], operands.data.shape()[2 + d]));
            connected = connected && data.back() >= 0;
        }
        if (connected) {
            const std::int64_t channel = data[1];
            result.push_back(operands.tap(std::move(data), weight, channel, at[1]));
        }
    }
    return result;
}

/// The rows of both operands, element by element.
std::vector<Tap> taps_of_inner_product(const Operands& operands, const std::vector<std::int64_t>& at) {
    const std::int64_t taps = operands.weights.size() / operands.weights.shape()[0];
    std::vector<Tap> result;
    for (std::int64_t t = 0; t < taps; ++t) {
        const std::vector<std::int64_t> weight = graph::coordinates_of(at[1] * taps + t, operands.weights.shape());
        std::vector<std::int64_t> data = weight;
        data[0] = at[0];
        result.push_back(operands.tap(std::move(data), weight, weight[1], at[1]));
    }
    return result;
}

/// Coordinates in an operand of a matmul: the batch of the result, broadcast, then the row and the column.
std::vector<std::int64_t> matrix_element(const graph::Shape& shape, const std::vector<std::int64_t>& at,
                                         std::int64_t row, std::int64_t column) {
    std::vector<std::int64_t> result;
    for (std::size_t d = 0; d + 2 < shape.size(); ++d) {
        result.push_back(shape[d] == 1 ? 0 : at[d + at.size() - shape.size()]);
    }
    result.push_back(row);
    result.push_back(column);
    return result;
}

std::vector<Tap> taps_of_matmul(const Operands& operands, const graph::Matmul& op,
                                const std::vector<std::int64_t>& at) {
    const graph::Shape& a = operands.data.shape();
    const graph::Shape& b = operands.weights.shape();
    const std::int64_t m = at[at.size() - 2];
    const std::int64_t n = at.back();
    std::vector<Tap> result;
    for (std::int64_t k = 0; k < a[a.size() - (op.transpose_a ? 2 : 1)]; ++k) {
        result.push_back(operands.tap(op.transpose_a ? matrix_element(a, at, k, m) : matrix_element(a, at, m, k),
                                      op.transpose_b ? matrix_element(b, at, n, k) : matrix_element(b, at, k, n), 0,
                                      n));
    }
    return result;
}

}  // namespace

std::vector<Tap> taps_of(const graph::Case& value, graph::NodeId node_id, std::int64_t output_index) {
    const graph::Node& node = value.graph.node(node_id);
    if (!graph::is_contraction(node.operation) ||
        value.graph.tensor(node.inputs[0]).role == graph::TensorRole::intermediate ||
        value.graph.tensor(node.inputs[1]).role == graph::TensorRole::intermediate ||
        !graph::is_integer(value.graph.tensor(node.output).type)) {
        return {};
    }
    const Operands operands{value, node};
    const std::vector<std::int64_t> at = graph::coordinates_of(output_index, operands.output);
    if (const auto* matmul = std::get_if<graph::Matmul>(&node.operation)) {
        return taps_of_matmul(operands, *matmul, at);
    }
    Geometry geometry;
    return geometry_of(node.operation, geometry) ? taps_of_windows(operands, geometry, at)
                                                 : taps_of_inner_product(operands, at);
}

}  // namespace difftest::oracle
