#include "backends/opencl/contraction_geometry.hpp"
#include "backends/opencl/packed_weights.hpp"
#include "backends/opencl/shared_words.hpp"

#include <algorithm>
#include <limits>
#include <variant>

// In the order in which the kernels of shared_heads_text.cpp read.

namespace difftest::backends::opencl {
namespace {

using graph::TensorId;

/// No tensor is as large: what is beyond is padding.
std::int64_t as_word(std::int64_t extent) {
    return std::min<std::int64_t>(extent, std::numeric_limits<std::int32_t>::max() / 4);
}

std::string write_contraction(SharedWords& words, const graph::Node& node) {
    const ContractionGeometry geometry = contraction_geometry(words.value().graph, node);
    words.word(geometry.transposed ? 1 : 0);
    words.word(geometry.has_positions ? 1 : 0);
    words.word(geometry.inputs_per_group);
    words.word(geometry.outputs_per_group);
    words.word(static_cast<std::int64_t>(geometry.axes.size()));
    words.word(geometry.taps() / geometry.inputs_per_group);
    for (const TensorId operand : {node.inputs[0], node.inputs[1]}) {
        words.place(operand);
        words.type(operand);
    }
    for (std::size_t slot = 2; slot < 5; ++slot) {
        words.parameter(node.inputs[slot]);
    }
    for (const ContractionGeometry::Axis& axis : geometry.axes) {
        for (const std::int64_t word : {axis.kernel, axis.input, axis.stride, axis.dilation, axis.pad}) {
            words.word(as_word(word));
        }
    }
    words.terms(words.own_map(node.inputs[0]));
    words.terms(words.own_map(node.inputs[1]));
    words.type(node.output);
    return graph::is_integer(words.tensor(node.output).type) ? "shared_integer_contraction" : "shared_real_contraction";
}

/// As seen from the result's coordinates and, behind them, k.
AddressMap matrix_map(const SharedWords& words, TensorId id, std::size_t rank, bool k_is_row, std::size_t other) {
    const graph::Shape& shape = words.tensor(id).shape;
    const AddressMap own = words.own_map(id);
    AddressMap map(rank + 1);
    for (std::size_t d = 0; d + 2 < shape.size(); ++d) {
        if (shape[d] != 1) {
            map[rank - shape.size() + d] = own[d];
        }
    }
    const std::size_t row = shape.size() - 2;
    map[rank] = own[k_is_row ? row : row + 1];
    map[other] = own[k_is_row ? row + 1 : row];
    return map;
}

std::string write_matmul(SharedWords& words, const graph::Node& node, const graph::Matmul& op) {
    const TensorId a = node.inputs[0];
    const TensorId b = node.inputs[1];
    const graph::Shape& shape = words.tensor(a).shape;
    const std::size_t rank = words.tensor(node.output).shape.size();
    words.word(shape[shape.size() - (op.transpose_a ? 2 : 1)]);
    words.word(graph::is_integer(words.tensor(a).type) ? 1 : 0);
    for (const TensorId operand : {a, b}) {
        words.place(operand);
        words.type(operand);
    }
    for (std::size_t slot = 2; slot < 5; ++slot) {
        words.parameter(node.inputs[slot]);
    }
    words.type(node.output);
    words.terms(matrix_map(words, a, rank, op.transpose_a, rank - 2));
    words.terms(matrix_map(words, b, rank, !op.transpose_b, rank - 1));
    return "shared_matmul";
}

void write_window(SharedWords& words, std::int64_t kernel, std::int64_t input, std::int64_t stride,
                  std::int64_t dilation, std::int64_t pad) {
    for (const std::int64_t word : {kernel, input, stride, dilation, pad}) {
        words.word(as_word(word));
    }
}

void write_aggregate_head(SharedWords& words, const graph::Node& node, int kind, float divisor) {
    words.word(kind);
    words.bits(divisor);
    words.place(node.inputs[0]);
    words.type(node.inputs[0]);
    words.type(node.output);
    words.word(0);
}

std::string write_pooling(SharedWords& words, const graph::Node& node, const graph::Pooling& op) {
    const graph::Shape& data = words.tensor(node.inputs[0]).shape;
    double size = 1;
    for (const std::int64_t extent : op.kernel) {
        size *= static_cast<double>(extent);
    }
    const bool all = op.algorithm == graph::PoolingAlgorithm::average_include_padding;
    write_aggregate_head(words, node, op.algorithm == graph::PoolingAlgorithm::maximum ? 0 : 3,
                         all ? static_cast<float>(size) : 0.0F);
    for (std::size_t d = 0; d < data.size(); ++d) {
        if (d < 2) {
            write_window(words, 0, data[d], 1, 1, 0);
        } else {
            write_window(words, op.kernel[d - 2], data[d], op.strides[d - 2], op.dilations[d - 2],
                         op.pads_begin[d - 2]);
        }
    }
    words.terms(words.own_map(node.inputs[0]));
    return "shared_aggregate";
}

std::string write_reduction(SharedWords& words, const graph::Node& node, const graph::Reduction& op) {
    const graph::Shape& data = words.tensor(node.inputs[0]).shape;
    int kind = 1;
    switch (op.algorithm) {
        case graph::ReductionAlgorithm::maximum: kind = 0; break;
        case graph::ReductionAlgorithm::minimum: kind = 1; break;
        case graph::ReductionAlgorithm::sum: kind = 2; break;
        case graph::ReductionAlgorithm::mean: kind = 3; break;
    }
    write_aggregate_head(words, node, kind, 0.0F);
    for (std::size_t d = 0; d < data.size(); ++d) {
        const bool reduced = std::find(op.axes.begin(), op.axes.end(), static_cast<std::int64_t>(d)) != op.axes.end();
        write_window(words, reduced ? data[d] : 0, data[d], 1, 1, 0);
    }
    words.terms(words.own_map(node.inputs[0]));
    return "shared_aggregate";
}

std::string write_resampling(SharedWords& words, const graph::Node& node, const graph::Resampling& op) {
    const graph::Shape& data = words.tensor(node.inputs[0]).shape;
    words.word(op.algorithm == graph::ResamplingAlgorithm::linear ? 1 : 0);
    words.place(node.inputs[0]);
    words.type(node.inputs[0]);
    words.type(node.output);
    for (std::size_t d = 0; d < op.sizes.size(); ++d) {
        words.bits(static_cast<float>(data[d + 2]));
        words.bits(static_cast<float>(op.sizes[d]));
        words.word(data[d + 2]);
    }
    words.terms(words.own_map(node.inputs[0]));
    return "shared_resampling";
}

std::string write_softmax(SharedWords& words, const graph::Node& node, const graph::Softmax& op) {
    words.word(op.algorithm == graph::SoftmaxAlgorithm::logarithm ? 1 : 0);
    words.word(op.axis);
    words.word(words.tensor(node.inputs[0]).shape[static_cast<std::size_t>(op.axis)]);
    words.place(node.inputs[0]);
    words.type(node.inputs[0]);
    words.terms(words.own_map(node.inputs[0]));
    return "shared_softmax";
}

enum MovementKind : int { affine, reshape, concat };

void write_movement_head(SharedWords& words, MovementKind kind, const std::vector<TensorId>& sources,
                         std::int64_t axis) {
    words.word(kind);
    words.word(static_cast<std::int64_t>(sources.size()));
    words.word(static_cast<std::int64_t>(words.tensor(sources.front()).shape.size()));
    words.word(axis);
    std::int64_t first = 0;
    for (const TensorId source : sources) {
        words.place(source);
        words.type(source);
        words.word(first);
        first += kind == concat ? words.tensor(source).shape[static_cast<std::size_t>(axis)] : 0;
    }
}

std::string write_movement(SharedWords& words, const graph::Node& node) {
    std::vector<TensorId> sources;
    for (const TensorId input : node.inputs) {
        if (input != graph::kAbsent) {
            sources.push_back(input);
        }
    }
    const graph::Shape& data = words.tensor(sources.front()).shape;
    const auto* permute = std::get_if<graph::Permute>(&node.operation);
    const auto* slice = std::get_if<graph::Slice>(&node.operation);
    const auto* joined = std::get_if<graph::Concat>(&node.operation);
    const MovementKind kind = joined != nullptr ? concat : (permute != nullptr || slice != nullptr ? affine : reshape);
    write_movement_head(words, kind, sources, joined != nullptr ? joined->axis : 0);
    for (std::size_t d = 0; d < data.size(); ++d) {
        std::int64_t first = kind == reshape ? data[d] : static_cast<std::int64_t>(d);
        if (permute != nullptr) {
            first = std::find(permute->order.begin(), permute->order.end(), static_cast<std::int64_t>(d)) -
                    permute->order.begin();
        }
        words.word(first);
        words.word(slice != nullptr ? slice->begin[d] : 0);
        words.word(slice != nullptr ? as_word(slice->step[d]) : 1);
    }
    for (const TensorId source : sources) {
        words.terms(words.own_map(source));
    }
    return "shared_movement";
}

}  // namespace

std::string write_head(SharedWords& words, const graph::Node& node) {
    if (const auto* softmax = std::get_if<graph::Softmax>(&node.operation)) {
        return write_softmax(words, node, *softmax);
    }
    if (const auto* matmul = std::get_if<graph::Matmul>(&node.operation)) {
        return write_matmul(words, node, *matmul);
    }
    if (graph::is_contraction(node.operation)) {
        return write_contraction(words, node);
    }
    if (const auto* pooling = std::get_if<graph::Pooling>(&node.operation)) {
        return write_pooling(words, node, *pooling);
    }
    if (const auto* reduction = std::get_if<graph::Reduction>(&node.operation)) {
        return write_reduction(words, node, *reduction);
    }
    if (const auto* resampling = std::get_if<graph::Resampling>(&node.operation)) {
        return write_resampling(words, node, *resampling);
    }
    return write_movement(words, node);
}

bool can_be_dots(const graph::Case& value, const graph::Node& node) {
    if (!graph::is_contraction(node.operation) || std::holds_alternative<graph::Matmul>(node.operation) ||
        !graph::is_integer(value.graph.tensor(node.output).type) ||
        value.graph.tensor(node.inputs[1]).role != graph::TensorRole::constant) {
        return false;
    }
    const ContractionGeometry geometry = contraction_geometry(value.graph, node);
    return (geometry.groups == 1 || geometry.outputs_per_group % 4 == 0) &&
           !needs_long_sums(value, node, geometry.taps());
}

void write_dots(SharedWords& words, const graph::Node& node) {
    const graph::Case& value = words.value();
    const ContractionGeometry geometry = contraction_geometry(value.graph, node);
    const bool signed_data = words.tensor(node.inputs[0]).type == graph::DataType::s8;
    const bool signed_weights = words.tensor(node.inputs[1]).type == graph::DataType::s8;
    words.word((signed_data ? 0 : 2) + (signed_weights ? 0 : 1));
    const std::size_t places = words.size();
    for (int i = 0; i < 3; ++i) {
        words.word(0);
    }
    words.set(places, static_cast<std::int64_t>(words.size()));
    words.bytes(packed_bytes(value, node, geometry));
    if (node.inputs[3] != graph::kAbsent) {
        words.set(places + 1, static_cast<std::int64_t>(words.size()));
        words.bytes(packed_compensation(value, node, geometry));
    }
    if (node.inputs[4] != graph::kAbsent) {
        words.set(places + 2, static_cast<std::int64_t>(words.size()));
        words.bytes(packed_zero_points(value, node, geometry));
    }
}

}  // namespace difftest::backends::opencl
