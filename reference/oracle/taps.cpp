#include "reference/oracle/taps.hpp"

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

}  // namespace

std::vector<Tap> taps_of(const graph::Case& value, graph::NodeId node_id, std::int64_t output_index) {
    const graph::Node& node = value.graph.node(node_id);
    Geometry geometry;
    if (!geometry_of(node.operation, geometry) ||
        value.graph.tensor(node.inputs[0]).role == graph::TensorRole::intermediate ||
        value.graph.tensor(node.inputs[1]).role == graph::TensorRole::intermediate ||
        !graph::is_integer(value.graph.tensor(node.output).type)) {
        return {};
    }
    const graph::TensorData& data = value.data_of(node.inputs[0]);
    const graph::TensorData& weights = value.data_of(node.inputs[1]);
    const graph::Shape& output = value.graph.tensor(node.output).shape;
    const std::vector<std::int64_t> at = graph::coordinates_of(output_index, output);
    const std::int64_t per_group = weights.shape()[1];
    const std::int64_t group = at[1] / (output[1] / geometry.groups);
    const std::int64_t taps = weights.size() / weights.shape()[0];
    std::vector<Tap> result;
    for (std::int64_t t = 0; t < taps; ++t) {
        Tap tap;
        tap.weights = graph::coordinates_of(at[1] * taps + t, weights.shape());
        tap.data = {at[0], group * per_group + tap.weights[1]};
        bool connected = true;
        for (std::size_t d = 0; d + 2 < output.size(); ++d) {
            tap.data.push_back(data_position(geometry, d, at[2 + d], tap.weights[2 + d], data.shape()[2 + d]));
            connected = connected && tap.data.back() >= 0;
        }
        if (connected) {
            tap.x = static_cast<std::int64_t>(data.at(flat(tap.data, data.shape())));
            tap.w = static_cast<std::int64_t>(weights.at(at[1] * taps + t));
            tap.data_zero_point = channel_value(value, node.inputs[3], tap.data[1]);
            tap.weights_zero_point = channel_value(value, node.inputs[4], at[1]);
            result.push_back(tap);
        }
    }
    return result;
}

}  // namespace difftest::oracle
