#include "reference/graph/enumeration_names.hpp"
#include "reference/graph/graph_json.hpp"
#include "reference/graph/graph_text.hpp"
#include "reference/graph/operation_attributes.hpp"

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace difftest::graph {
namespace {

OutputJson write_declared(const Graph& graph, TensorRole role) {
    OutputJson list = OutputJson::array();
    for (const Tensor& tensor : graph.tensors) {
        if (tensor.role == role) {
            OutputJson entry = OutputJson::object();
            entry["name"] = tensor.name;
            entry["type"] = name_of(tensor.type);
            entry["shape"] = tensor.shape;
            list.push_back(std::move(entry));
        }
    }
    return list;
}

OutputJson write_attributes(const Operation& operation) {
    OutputJson attributes = OutputJson::object();
    const auto write = [&](std::string_view name, const auto& member) {
        if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(member)>>) {
            attributes[std::string(name)] = name_of_value(member);
        } else {
            attributes[std::string(name)] = member;
        }
    };
    std::visit([&](const auto& op) { visit_attributes(op, write); }, operation);
    return attributes;
}

OutputJson write_node(const Graph& graph, const Node& node) {
    OutputJson entry = OutputJson::object();
    entry["name"] = node.name;
    entry["op"] = name_of(node.operation);
    entry["inputs"] = OutputJson::object();
    const auto slots = slots_of(node.operation);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (node.inputs[i] != kAbsent) {
            entry["inputs"][std::string(slots[i].name)] = graph.tensor(node.inputs[i]).name;
        }
    }
    entry["attributes"] = write_attributes(node.operation);
    entry["output"] = OutputJson::object();
    entry["output"]["name"] = graph.tensor(node.output).name;
    entry["output"]["type"] = name_of(graph.tensor(node.output).type);
    return entry;
}

}  // namespace

OutputJson write_graph(const Graph& graph) {
    OutputJson result = OutputJson::object();
    result["inputs"] = write_declared(graph, TensorRole::input);
    result["constants"] = write_declared(graph, TensorRole::constant);
    OutputJson nodes = OutputJson::array();
    for (const Node& node : graph.nodes) {
        nodes.push_back(write_node(graph, node));
    }
    result["nodes"] = std::move(nodes);
    OutputJson outputs = OutputJson::array();
    for (const TensorId id : graph.outputs) {
        outputs.push_back(graph.tensor(id).name);
    }
    result["outputs"] = std::move(outputs);
    return result;
}

std::string describe_graph(const Graph& graph) {
    OutputJson result = write_graph(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        result["nodes"][i]["output"]["shape"] = graph.tensor(graph.nodes[i].output).shape;
    }
    return result.dump();
}

}  // namespace difftest::graph
