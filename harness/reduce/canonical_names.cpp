#include "harness/reduce/canonical_names.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

namespace difftest::harness {
namespace {

std::string unused(std::set<std::string>& taken, std::string_view wish) {
    std::string name(wish);
    for (int number = 2; !taken.insert(name).second; ++number) {
        name = fmt::format("{}{}", wish, number);
    }
    return name;
}

std::vector<std::string> node_names(const graph::Graph& graph) {
    std::set<std::string> taken;
    std::vector<std::string> names;
    for (const graph::Node& node : graph.nodes) {
        names.push_back(unused(taken, graph::name_of(node.operation)));
    }
    return names;
}

std::vector<std::string> tensor_names(const graph::Graph& graph) {
    std::set<std::string> taken;
    std::vector<std::string> names(graph.tensors.size());
    for (const graph::Node& node : graph.nodes) {
        const auto slots = graph::slots_of(node.operation);
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            if (node.inputs[i] == graph::kAbsent) {
                continue;
            }
            std::string& name = names[static_cast<std::size_t>(node.inputs[i])];
            if (name.empty()) {
                name = unused(taken, slots[i].name);
            }
        }
        names[static_cast<std::size_t>(node.output)] = unused(taken, graph::name_of(node.operation));
    }
    for (std::string& name : names) {
        if (name.empty()) {
            name = unused(taken, "unused");
        }
    }
    return names;
}

}  // namespace

graph::Case with_canonical_tensor_names(graph::Case value) {
    const std::vector<std::string> names = tensor_names(value.graph);
    for (std::size_t i = 0; i < names.size(); ++i) {
        value.graph.tensors[i].name = names[i];
    }
    return value;
}

graph::Case with_canonical_node_names(graph::Case value) {
    const std::vector<std::string> names = node_names(value.graph);
    for (std::size_t i = 0; i < names.size(); ++i) {
        value.graph.nodes[i].name = names[i];
    }
    return value;
}

std::int64_t names_to_change(const graph::Case& value) {
    const std::vector<std::string> tensors = tensor_names(value.graph);
    const std::vector<std::string> nodes = node_names(value.graph);
    std::int64_t count = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        count += value.graph.tensors[i].name == tensors[i] ? 0 : 1;
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        count += value.graph.nodes[i].name == nodes[i] ? 0 : 1;
    }
    return count;
}

}  // namespace difftest::harness
