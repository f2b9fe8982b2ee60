#include "backends/onednn/contraction_layout.hpp"

#include "backends/backend.hpp"
#include "backends/onednn/library_types.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::backends::onednn {

using dnnl::memory;
using graph::Graph;
using graph::Node;
using graph::Tensor;

namespace {

constexpr int kChannelMask = 1 << 1;
constexpr std::size_t kMostInnerProductDimensions = 5;

/// The attributes that convolution and deconvolution share, in the library's terms.
template <typename Operation>
api::Geometry geometry_from(const Operation& operation, const memory::dims& padding_right) {
    api::Geometry geometry;
    geometry.strides = operation.strides;
    geometry.dilations = zero_based(operation.dilations);
    geometry.padding_left = operation.pads_begin;
    geometry.padding_right = padding_right;
    return geometry;
}

/// Output padding is a right padding that is smaller, even negative, in the library, which requires that the source
/// size follows from the destination's: output padding of a whole stride breaks that.
memory::dims right_padding(const graph::Deconvolution& operation, const Node& node) {
    memory::dims result = operation.pads_end;
    for (std::size_t dimension = 0; dimension < operation.output_padding.size(); ++dimension) {
        if (operation.output_padding[dimension] >= operation.strides[dimension]) {
            throw Unsupported(
                fmt::format("deconvolution '{}': the library has no output padding of a stride or more", node.name));
        }
        result[dimension] -= operation.output_padding[dimension];
    }
    return result;
}

/// [O, C/groups, kernel...] as the library's [O, C, kernel...] or [groups, O/groups, C/groups, kernel...]; the
/// row-major values are the same.
memory::dims grouped(const graph::Shape& shape, std::int64_t groups) {
    memory::dims result(shape.begin(), shape.end());
    if (groups > 1) {
        result.front() /= groups;
        result.insert(result.begin(), groups);
    }
    return result;
}

/// The matrix as the product reads it: a transposed one is the same memory with two strides exchanged.
memory::desc matrix_layout(const Tensor& matrix, std::size_t rank, bool transposed) {
    memory::dims extents = dimensions(matrix.shape, rank);
    memory::dims strides = graph::row_major_strides(graph::Shape(extents.begin(), extents.end()));
    if (transposed) {
        std::swap(extents[rank - 1], extents[rank - 2]);
        std::swap(strides[rank - 1], strides[rank - 2]);
    }
    return {extents, to_library(matrix.type), strides};
}

void add_flat_bias(ContractionLayout& layout, const Graph& graph, const Node& node) {
    if (const graph::TensorId bias = graph::input_at(node, "bias"); bias != graph::kAbsent) {
        layout.bias = plain_layout(dimensions(graph.tensor(bias).shape), graph.tensor(bias).type);
    }
}

ContractionLayout spatial_layout(const Graph& graph, const Node& node, std::int64_t groups) {
    const Tensor& data = graph.tensor(graph::input_at(node, "data"));
    const Tensor& weights = graph.tensor(graph::input_at(node, "weights"));
    const memory::dims weights_extents = grouped(weights.shape, groups);
    ContractionLayout layout;
    layout.source = plain_layout(dimensions(data.shape), data.type);
    layout.weights = plain_layout(weights_extents, weights.type);
    layout.destination = dimensions(graph.tensor(node.output).shape);
    layout.requested_source = any_layout(dimensions(data.shape), data.type);
    layout.requested_weights = any_layout(weights_extents, weights.type);
    layout.source_channel_mask = kChannelMask;
    layout.weights_channel_mask = kChannelMask;
    add_flat_bias(layout, graph, node);
    return layout;
}

ContractionLayout inner_product_layout(const Graph& graph, const Node& node) {
    ContractionLayout layout = spatial_layout(graph, node, 1);
    if (graph.tensor(graph::input_at(node, "data")).shape.size() > kMostInnerProductDimensions) {
        throw Unsupported(fmt::format("inner_product '{}': the library has {} dimensions at most", node.name,
                                      kMostInnerProductDimensions));
    }
    layout.weights_channel_mask = 1 << 0;
    return layout;
}

ContractionLayout matmul_layout(const Graph& graph, const Node& node, const graph::Matmul& operation) {
    const Tensor& weights = graph.tensor(graph::input_at(node, "b"));
    const std::size_t rank = graph.tensor(node.output).shape.size();
    ContractionLayout layout;
    layout.source = matrix_layout(graph.tensor(graph::input_at(node, "a")), rank, operation.transpose_a);
    layout.weights = matrix_layout(weights, rank, operation.transpose_b);
    layout.destination = dimensions(graph.tensor(node.output).shape);
    layout.requested_source = layout.source;
    // Constants are packed as the library likes it, other matrices are multiplied where they are.
    const bool packed = weights.role == graph::TensorRole::constant;
    layout.requested_weights =
        packed ? any_layout(api::blocking_of(layout.weights)->extents, weights.type) : layout.weights;
    layout.weights_channel_mask = 1 << (rank - 1);
    if (const graph::TensorId bias = graph::input_at(node, "bias"); bias != graph::kAbsent) {
        layout.bias = plain_layout(dimensions(graph.tensor(bias).shape, rank), graph.tensor(bias).type);
    }
    return layout;
}

}  // namespace

memory::dims zero_based(const std::vector<std::int64_t>& dilations) {
    memory::dims result;
    for (const std::int64_t dilation : dilations) {
        result.push_back(dilation - 1);
    }
    return result;
}

ContractionLayout contraction_layout(const Graph& graph, const Node& node) {
    if (const auto* matmul = std::get_if<graph::Matmul>(&node.operation)) {
        return matmul_layout(graph, node, *matmul);
    }
    if (const auto* convolution = std::get_if<graph::Convolution>(&node.operation)) {
        return spatial_layout(graph, node, convolution->groups);
    }
    if (const auto* deconvolution = std::get_if<graph::Deconvolution>(&node.operation)) {
        return spatial_layout(graph, node, deconvolution->groups);
    }
    return inner_product_layout(graph, node);
}

api::Geometry geometry_of(const Node& node) {
    if (const auto* convolution = std::get_if<graph::Convolution>(&node.operation)) {
        return geometry_from(*convolution, convolution->pads_end);
    }
    const auto& deconvolution = std::get<graph::Deconvolution>(node.operation);
    return geometry_from(deconvolution, right_padding(deconvolution, node));
}

}  // namespace difftest::backends::onednn
