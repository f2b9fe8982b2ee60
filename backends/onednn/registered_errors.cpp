#include "backends/onednn/registered_errors.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

using graph::DataType;
using graph::Node;
using graph::Shape;

namespace {

template <class Operation>
bool has(const graph::Graph& graph) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                       [](const Node& node) { return std::holds_alternative<Operation>(node.operation); });
}

/// Whether a pointwise node has an operand that `fits`, given its shape and type and the shape of the result.
template <class Predicate>
bool has_operand(const graph::Graph& graph, const Predicate& fits) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
        const bool pointwise = std::holds_alternative<graph::Binary>(node.operation) ||
                               std::holds_alternative<graph::Sum>(node.operation) ||
                               std::holds_alternative<graph::Prelu>(node.operation);
        const graph::Tensor* const operand = pointwise ? &graph.tensor(node.inputs[1]) : nullptr;
        return pointwise && fits(node, *operand, graph.tensor(node.output).shape);
    });
}

/// Slopes that differ by row and by column and are shared by the batch.
bool is_shared_matrix(const Node& node, const graph::Tensor& operand, const Shape& result) {
    const Shape& shape = operand.shape;
    return std::holds_alternative<graph::Prelu>(node.operation) && result.size() > 2 && shape.size() == result.size() &&
           shape[0] == 1 && shape[1] > 1 &&
           std::any_of(shape.begin() + 2, shape.end(), [](std::int64_t extent) { return extent > 1; });
}

bool differs_by_channel(const Node&, const graph::Tensor& operand, const Shape& result) {
    return operand.shape.size() == result.size() && operand.shape[1] > 1;
}

/// One channel becomes several at more than one position.
bool widens_one_channel(const Node& node, const graph::Graph& graph) {
    const Shape& result = graph.tensor(node.output).shape;
    return std::holds_alternative<graph::Convolution>(node.operation) && graph.tensor(node.inputs[0]).shape[1] == 1 &&
           result[1] > 1 &&
           std::any_of(result.begin() + 2, result.end(), [](std::int64_t extent) { return extent > 1; });
}

/// Factors for each channel where a batch has one position each.
bool scales_channels_of_points(const Node& node, const graph::Graph& graph) {
    const Shape& result = graph.tensor(node.output).shape;
    return std::holds_alternative<graph::Requantize>(node.operation) && result[0] > 1 &&
           std::all_of(result.begin() + 2, result.end(), [](std::int64_t extent) { return extent == 1; }) &&
           graph::element_count(graph.tensor(node.inputs[1]).shape).value() > 1;
}

bool is_unsigned(const Node&, const graph::Tensor& operand, const Shape&) {
    return operand.type == DataType::u8;
}

}  // namespace

std::string_view registered_error(const graph::Graph& graph, std::string_view plan) {
    if (plan != "split" && has<graph::Matmul>(graph) && has_operand(graph, is_shared_matrix)) {
        return "onednn_brg_matmul_prelu_operand";
    }
    const auto any_node = [&](auto predicate) {
        return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                           [&](const Node& node) { return predicate(node, graph); });
    };
    if (plan.find("row_major") != plan.npos && any_node(widens_one_channel)) {
        return "onednn_gemm_convolution_row_major";
    }
    if (plan == "graph" && has<graph::Binary>(graph) && any_node(scales_channels_of_points)) {
        return "onednn_binary_channel_operands_batch";
    }
    if (plan == "graph" && has<graph::Pooling>(graph) && has_operand(graph, differs_by_channel)) {
        return "onednn_graph_pooling_operand_overread";
    }
    if (plan == "graph" && has<graph::Matmul>(graph) && has<graph::Requantize>(graph) &&
        has_operand(graph, is_unsigned)) {
        return "onednn_graph_sum_operand_saturated";
    }
    return {};
}

}  // namespace difftest::backends::onednn
