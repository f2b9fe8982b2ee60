#include "harness/reduce/case_edit.hpp"

#include "harness/reduce/settle.hpp"

#include <utility>

namespace difftest::harness {

std::optional<graph::Case> without_input(const graph::Case& value, graph::NodeId node, std::size_t slot) {
    graph::Case result = value;
    result.graph.nodes[static_cast<std::size_t>(node)].inputs[slot] = graph::kAbsent;
    return settle(result);
}

std::optional<graph::Case> with_type(const graph::Case& value, graph::TensorId tensor, graph::DataType type,
                                     const std::function<std::optional<double>(double)>& converted) {
    graph::Case result = value;
    result.graph.tensors[static_cast<std::size_t>(tensor)].type = type;
    if (is_leaf(value.graph, tensor)) {
        const graph::TensorData& data = value.data_of(tensor);
        graph::TensorData other(type, data.shape());
        for (std::int64_t i = 0; i < data.size(); ++i) {
            const std::optional<double> number = converted(data.at(i));
            if (!number) {
                return std::nullopt;
            }
            other.set(i, *number);
        }
        result.data[static_cast<std::size_t>(tensor)] = std::move(other);
    }
    return settle(result);
}

}  // namespace difftest::harness
