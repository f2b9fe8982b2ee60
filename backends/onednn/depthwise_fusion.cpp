#include "backends/onednn/depthwise_fusion.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

namespace {

using graph::Graph;
using graph::Node;
using graph::Shape;

const graph::Convolution* convolution_of(const Graph& graph, const PlannedPartition& partition) {
    return std::get_if<graph::Convolution>(&graph.node(partition.nodes.front()).operation);
}

bool has_sum(const PlannedPartition& partition) {
    return std::any_of(partition.steps.begin(), partition.steps.end(),
                       [](const Step& step) { return std::holds_alternative<SumStep>(step); });
}

bool is_pointwise(const Graph& graph, const PlannedPartition& partition) {
    const graph::Convolution* op = convolution_of(graph, partition);
    if (op == nullptr || op->groups != 1 || op->strides.size() != 2 || has_sum(partition)) {
        return false;
    }
    const Shape& weights = graph.tensor(graph::input_at(graph.node(partition.nodes.front()), "weights")).shape;
    return weights[2] == 1 && weights[3] == 1;
}

bool is_fusible_depthwise(const Graph& graph, const PlannedPartition& partition) {
    constexpr std::int64_t kKernel = 3;
    const graph::Convolution* op = convolution_of(graph, partition);
    if (op == nullptr || op->strides.size() != 2 || has_sum(partition)) {
        return false;
    }
    const Node& node = graph.node(partition.nodes.front());
    const graph::Tensor& weights = graph.tensor(graph::input_at(node, "weights"));
    const Shape& data = graph.tensor(node.inputs.front()).shape;
    const Shape& result = graph.tensor(node.output).shape;
    const bool plain = graph::input_at(node, "data_zero_point") == graph::kAbsent &&
                       graph::input_at(node, "weights_zero_point") == graph::kAbsent;
    if (!plain || weights.role != graph::TensorRole::constant || op->groups != weights.shape[0] ||
        weights.shape[1] != 1 || op->strides[0] != op->strides[1] || op->strides[0] > 2) {
        return false;
    }
    for (std::size_t d = 0; d < 2; ++d) {
        const bool rounded_up = result[d + 2] == (data[d + 2] + op->strides[d] - 1) / op->strides[d];
        if (weights.shape[d + 2] != kKernel || op->dilations[d] != 1 || op->pads_begin[d] != 1 || !rounded_up) {
            return false;
        }
    }
    return true;
}

}  // namespace

void join_depthwise(const Graph& graph, Partitioning& partitions) {
    for (std::size_t first = 0; first < partitions.size(); ++first) {
        if (!is_pointwise(graph, partitions[first]) || graph.is_output(partitions[first].output) ||
            graph.consumers_of(partitions[first].output).size() != 1) {
            continue;
        }
        const auto second = std::find_if(partitions.begin(), partitions.end(), [&](const PlannedPartition& each) {
            return each.source == partitions[first].output && is_fusible_depthwise(graph, each);
        });
        if (second == partitions.end()) {
            continue;
        }
        PlannedPartition& joined = partitions[first];
        joined.steps.emplace_back(DepthwiseStep{second->nodes.front()});
        joined.steps.insert(joined.steps.end(), second->steps.begin(), second->steps.end());
        joined.nodes.insert(joined.nodes.end(), second->nodes.begin(), second->nodes.end());
        joined.output = second->output;
        const auto place = second - partitions.begin();
        partitions.erase(second);
        if (static_cast<std::size_t>(place) < first) {
            --first;
        }
    }
}

}  // namespace difftest::backends::onednn
