#include "harness/reduce/passes.hpp"
#include "harness/reduce/settle.hpp"
#include "reference/oracle/oracle.hpp"

#include <fmt/format.h>

#include <cmath>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::kAbsent;
using graph::NodeId;
using graph::TensorId;

std::optional<Case> with_output(const Case& value, TensorId output) {
    Case result = value;
    result.graph.outputs = {output};
    return settle(result);
}

/// Every use of one tensor becomes a use of another.
void replace_uses(graph::Graph& graph, TensorId from, TensorId to) {
    for (graph::Node& node : graph.nodes) {
        for (TensorId& id : node.inputs) {
            id = id == from ? to : id;
        }
    }
    for (TensorId& id : graph.outputs) {
        id = id == from ? to : id;
    }
}

std::optional<Case> without_node(const Case& value, NodeId node, std::size_t slot) {
    Case result = value;
    const TensorId output = value.graph.node(node).output;
    replace_uses(result.graph, output, value.graph.node(node).inputs[slot]);
    return settle(result);
}

std::optional<Case> with_operation(const Case& value, NodeId id, const graph::Operation& operation,
                                   std::vector<TensorId> inputs) {
    Case result = value;
    graph::Node& node = result.graph.nodes[static_cast<std::size_t>(id)];
    node.operation = operation;
    inputs.resize(graph::slots_of(operation).size(), kAbsent);
    node.inputs = std::move(inputs);
    return settle(result);
}

/// The values of a tensor as the reference computes them; one of the allowed values where there are several.
std::optional<graph::TensorData> computed(const Case& value, TensorId id) {
    const std::optional<Case> part = with_output(value, id);
    if (!part) {
        return std::nullopt;
    }
    const oracle::Evaluation evaluation = oracle::evaluate(*part, contract::Contract());
    const oracle::AllowedTensor& allowed = evaluation.of(part->graph.outputs[0]);
    graph::TensorData data(allowed.type(), allowed.shape());
    for (std::int64_t i = 0; i < allowed.size(); ++i) {
        const oracle::AllowedSet set = allowed.at(i);
        if (set.unconstrained || set.may_be_nan || set.intervals.empty() || !std::isfinite(set.intervals[0].lo)) {
            return std::nullopt;
        }
        data.set(i, set.intervals[0].lo);
    }
    return data;
}

std::optional<Case> with_value(const Case& value, TensorId id, graph::TensorRole role) {
    std::optional<graph::TensorData> data = computed(value, id);
    if (!data) {
        return std::nullopt;
    }
    Case result = value;
    graph::Tensor leaf = value.graph.tensor(id);
    leaf.role = role;
    leaf.producer = -1;
    leaf.name += "_value";
    result.graph.tensors.push_back(leaf);
    result.data.push_back(*std::move(data));
    replace_uses(result.graph, id, static_cast<TensorId>(result.graph.tensors.size() - 1));
    return settle(result);
}

class NodePass : public Pass {
public:
    std::string_view name() const override { return "nodes"; }

    std::vector<Opportunity> opportunities(const Case& value, const PassContext& context) const override {
        std::vector<Opportunity> result;
        offer_outputs(result, value, context);
        for (std::size_t i = value.graph.nodes.size(); i-- > 0;) {
            offer_value(result, value, static_cast<NodeId>(i));
        }
        for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
            offer_bypass(result, value, static_cast<NodeId>(i));
        }
        for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
            offer_simpler(result, value, static_cast<NodeId>(i));
        }
        return result;
    }

private:
    static void offer_outputs(std::vector<Opportunity>& list, const Case& value, const PassContext& context) {
        const graph::Graph& graph = value.graph;
        if (graph.outputs.size() > 1) {
            const std::size_t failing = context.element ? context.element->output : 0;
            for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
                const TensorId id = graph.outputs[(failing + i) % graph.outputs.size()];
                list.push_back({fmt::format("{} as the only output", graph.tensor(id).name),
                                [&value, id] { return with_output(value, id); }});
            }
        }
        for (std::size_t i = 0; i + 1 < graph.nodes.size(); ++i) {
            const TensorId id = graph.nodes[i].output;
            list.push_back({fmt::format("everything behind {}", graph.nodes[i].name),
                            [&value, id] { return with_output(value, id); }});
        }
    }

    static void offer_value(std::vector<Opportunity>& list, const Case& value, NodeId node) {
        const TensorId id = value.graph.node(node).output;
        if (value.graph.is_output(id)) {
            return;
        }
        for (const graph::TensorRole role : {graph::TensorRole::input, graph::TensorRole::constant}) {
            list.push_back({fmt::format("{} replaced by its value", value.graph.node(node).name),
                            [&value, id, role] { return with_value(value, id, role); }});
        }
    }

    static void offer_bypass(std::vector<Opportunity>& list, const Case& value, NodeId id) {
        const graph::Node& node = value.graph.node(id);
        for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
            if (node.inputs[slot] != kAbsent) {
                list.push_back(
                    {fmt::format("{} bypassed through {}", node.name, graph::slots_of(node.operation)[slot].name),
                     [&value, id, slot] { return without_node(value, id, slot); }});
            }
        }
    }

    static void offer_simpler(std::vector<Opportunity>& list, const Case& value, NodeId id) {
        const graph::Node& node = value.graph.node(id);
        if (!std::holds_alternative<graph::Convert>(node.operation)) {
            const TensorId data = node.inputs[0];
            list.push_back({fmt::format("{} as a conversion", node.name),
                            [&value, id, data] { return with_operation(value, id, graph::Convert{}, {data}); }});
        }
        if (const auto* op = std::get_if<graph::Deconvolution>(&node.operation)) {
            const graph::Convolution forward{op->strides, op->dilations, op->pads_begin, op->pads_end, op->groups};
            list.push_back({fmt::format("{} as a convolution", node.name), [&value, id, forward, inputs = node.inputs] {
                                return with_operation(value, id, forward, inputs);
                            }});
        }
    }
};

}  // namespace

std::unique_ptr<Pass> make_node_pass() {
    return std::make_unique<NodePass>();
}

}  // namespace difftest::harness
