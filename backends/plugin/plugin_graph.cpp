#include "backends/plugin/plugin_graph.hpp"

#include "reference/graph/enumeration_names.hpp"
#include "reference/graph/operation_attributes.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace difftest::backends {
namespace {

int role_of(graph::TensorRole role) {
    switch (role) {
        case graph::TensorRole::input: return DIFFTEST_INPUT;
        case graph::TensorRole::constant: return DIFFTEST_CONSTANT;
        case graph::TensorRole::intermediate: break;
    }
    return DIFFTEST_INTERMEDIATE;
}

}  // namespace

PluginGraph::PluginGraph(const graph::Graph& graph, const Buffers& buffers) : graph_(graph) {
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        const graph::Tensor& tensor = graph.tensors[i];
        const bool visible =
            tensor.role != graph::TensorRole::intermediate || graph.is_output(static_cast<graph::TensorId>(i));
        std::byte* const data = visible && i < buffers.tensors.size() ? buffers.tensors[i].data() : nullptr;
        tensors_.push_back({tensor.name.c_str(), keep(graph::name_of(tensor.type)), role_of(tensor.role),
                            tensor.shape.size(), tensor.shape.data(), data});
    }
    for (const graph::Node& node : graph.nodes) {
        add_node(node);
    }
    for (const graph::TensorId id : graph.outputs) {
        outputs_.push_back(static_cast<std::size_t>(id));
    }
    view_ = {tensors_.size(), tensors_.data(), nodes_.size(), nodes_.data(), outputs_.size(), outputs_.data()};
}

const char* PluginGraph::keep(std::string_view text) {
    return texts_.emplace_back(text).c_str();
}

void PluginGraph::add_node(const graph::Node& node) {
    std::vector<difftest_slot>& slots = slots_.emplace_back();
    const auto known = graph::slots_of(node.operation);
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (node.inputs[i] != graph::kAbsent) {
            slots.push_back({keep(known[i].name), static_cast<std::size_t>(node.inputs[i])});
        }
    }
    std::vector<difftest_attribute>& attributes = attributes_.emplace_back();
    const auto add = [&](std::string_view name, const auto& value) {
        using Value = std::remove_cvref_t<decltype(value)>;
        std::vector<double>& numbers = values_.emplace_back();
        const char* text = nullptr;
        if constexpr (std::is_enum_v<Value>) {
            text = keep(graph::name_of_value(value));
        } else if constexpr (std::is_arithmetic_v<Value>) {
            numbers.push_back(static_cast<double>(value));
        } else {
            numbers.assign(value.begin(), value.end());
        }
        attributes.push_back({keep(name), text, numbers.size(), numbers.data()});
    };
    std::visit([&](const auto& operation) { graph::visit_attributes(operation, add); }, node.operation);
    nodes_.push_back({node.name.c_str(), keep(graph::name_of(node.operation)), slots.size(), slots.data(),
                      attributes.size(), attributes.data(), static_cast<std::size_t>(node.output)});
}

}  // namespace difftest::backends
