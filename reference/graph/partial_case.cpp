#include "reference/graph/partial_case.hpp"

#include <algorithm>
#include <utility>

namespace difftest::graph {
namespace {

/// The nodes between the known tensors and the wanted one, in graph order.
std::vector<NodeId> nodes_between(const Graph& graph, TensorId tensor, const std::map<TensorId, TensorData>& known) {
    std::vector<bool> needed(graph.tensors.size(), false);
    needed[static_cast<std::size_t>(tensor)] = true;
    std::vector<NodeId> nodes;
    for (auto id = static_cast<NodeId>(graph.nodes.size()); id-- > 0;) {
        const Node& node = graph.node(id);
        if (!needed[static_cast<std::size_t>(node.output)]) {
            continue;
        }
        nodes.push_back(id);
        for (const TensorId input : node.inputs) {
            if (input != kAbsent && !known.contains(input)) {
                needed[static_cast<std::size_t>(input)] = true;
            }
        }
    }
    std::reverse(nodes.begin(), nodes.end());
    return nodes;
}

}  // namespace

PartialCase part_computing(const Case& whole, TensorId tensor, const std::map<TensorId, TensorData>& known) {
    PartialCase part{{whole.name, {}, {}, whole.execution, whole.annotations},
                     nodes_between(whole.graph, tensor, known)};
    Graph& graph = part.value.graph;
    std::map<TensorId, TensorId> moved;
    const auto add = [&](TensorId id, NodeId producer) {
        const auto [entry, added] = moved.emplace(id, static_cast<TensorId>(moved.size()));
        if (added) {
            Tensor& copy = graph.tensors.emplace_back(whole.graph.tensor(id));
            const auto given = known.find(id);
            const bool replaced = given != known.end() && producer < 0;
            copy.role = replaced ? TensorRole::constant : copy.role;
            copy.producer = producer;
            part.value.data.push_back(replaced ? given->second : whole.data_of(id));
        }
        return entry->second;
    };
    for (const NodeId id : part.nodes) {
        Node node = whole.graph.node(id);
        for (TensorId& input : node.inputs) {
            input = input == kAbsent ? input : add(input, -1);
        }
        node.output = add(node.output, static_cast<NodeId>(graph.nodes.size()));
        graph.nodes.push_back(std::move(node));
    }
    graph.outputs = {moved.at(tensor)};
    return part;
}

}  // namespace difftest::graph
