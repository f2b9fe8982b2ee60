#include "harness/reduce/cone.hpp"

#include <stdexcept>
#include <vector>

namespace difftest::harness {
namespace {

std::vector<bool> needed_tensors(const graph::Graph& graph, graph::TensorId tensor) {
    std::vector<bool> needed(graph.tensors.size(), false);
    needed[static_cast<std::size_t>(tensor)] = true;
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        if (!needed[static_cast<std::size_t>(node->output)]) {
            continue;
        }
        for (const graph::TensorId input : node->inputs) {
            if (input != graph::kAbsent) {
                needed[static_cast<std::size_t>(input)] = true;
            }
        }
    }
    return needed;
}

}  // namespace

graph::Case cone_of(const graph::Case& value, graph::TensorId tensor) {
    if (value.graph.tensor(tensor).producer < 0) {
        throw std::invalid_argument(value.graph.tensor(tensor).name + " is not the result of a node");
    }
    const std::vector<bool> needed = needed_tensors(value.graph, tensor);
    graph::Case result = value;
    result.graph = {};
    result.data.clear();
    std::vector<graph::TensorId> moved(value.graph.tensors.size(), graph::kAbsent);
    for (std::size_t i = 0; i < needed.size(); ++i) {
        if (needed[i]) {
            moved[i] = static_cast<graph::TensorId>(result.graph.tensors.size());
            result.graph.tensors.push_back(value.graph.tensors[i]);
            result.data.push_back(value.data[i]);
        }
    }
    for (graph::Node node : value.graph.nodes) {
        node.output = moved[static_cast<std::size_t>(node.output)];
        if (node.output == graph::kAbsent) {
            continue;
        }
        for (graph::TensorId& input : node.inputs) {
            input = input == graph::kAbsent ? input : moved[static_cast<std::size_t>(input)];
        }
        result.graph.tensors[static_cast<std::size_t>(node.output)].producer =
            static_cast<graph::NodeId>(result.graph.nodes.size());
        result.graph.nodes.push_back(std::move(node));
    }
    result.graph.outputs = {moved[static_cast<std::size_t>(tensor)]};
    return result;
}

}  // namespace difftest::harness
