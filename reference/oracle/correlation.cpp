#include "reference/oracle/correlation.hpp"

#include "reference/oracle/elementwise.hpp"

#include <algorithm>
#include <set>
#include <variant>

namespace difftest::oracle {
namespace {

constexpr std::size_t kMostValues = 16;

/// Operations whose results depend on one element of each input, the same one wherever a tensor is read.
bool is_elementwise(const graph::Node& node) {
    return std::holds_alternative<graph::Eltwise>(node.operation) ||
           std::holds_alternative<graph::Binary>(node.operation) ||
           std::holds_alternative<graph::Select>(node.operation) ||
           std::holds_alternative<graph::Prelu>(node.operation) || std::holds_alternative<graph::Sum>(node.operation) ||
           std::holds_alternative<graph::FakeQuantize>(node.operation) ||
           std::holds_alternative<graph::Quantize>(node.operation) ||
           std::holds_alternative<graph::Dequantize>(node.operation) ||
           std::holds_alternative<graph::Requantize>(node.operation) ||
           std::holds_alternative<graph::Convert>(node.operation) ||
           std::holds_alternative<graph::RequantizeFixedPoint>(node.operation) ||
           std::holds_alternative<graph::ShiftRound>(node.operation);
}

/// For every tensor the number of element-wise paths (at most 2 are told apart) from it to the node.
std::vector<int> paths_to(const Context& context, graph::NodeId id) {
    std::vector<int> paths(context.graph().tensors.size(), 0);
    std::vector<int> node_paths(context.graph().nodes.size(), 0);
    node_paths[static_cast<std::size_t>(id)] = 1;
    for (graph::NodeId at = id; at >= 0; --at) {
        const graph::Node& node = context.node(at);
        if (at != id) {
            node_paths[static_cast<std::size_t>(at)] = paths[static_cast<std::size_t>(node.output)];
        }
        if (node_paths[static_cast<std::size_t>(at)] == 0 || !is_elementwise(node)) {
            continue;
        }
        for (const graph::TensorId input : node.inputs) {
            if (input != graph::kAbsent) {
                int& count = paths[static_cast<std::size_t>(input)];
                count = std::min(count + node_paths[static_cast<std::size_t>(at)], 2);
            }
        }
    }
    return paths;
}

/// The nodes that must be evaluated anew when the tensor changes, up to and without `id`, in order.
std::vector<graph::NodeId> dependents(const Context& context, graph::TensorId tensor, graph::NodeId id) {
    std::set<graph::TensorId> changed{tensor};
    std::vector<graph::NodeId> nodes;
    for (graph::NodeId at = context.tensor(tensor).producer + 1; at < id; ++at) {
        const graph::Node& node = context.node(at);
        const bool reads = std::any_of(node.inputs.begin(), node.inputs.end(),
                                       [&](graph::TensorId input) { return changed.contains(input); });
        if (reads) {
            changed.insert(node.output);
            nodes.push_back(at);
        }
    }
    return nodes;
}

struct Ambiguity {
    std::int64_t index;
    std::vector<Interval> values;
};

/// The ambiguous elements with their values one by one; empty when one of them cannot be enumerated.
std::vector<Ambiguity> ambiguities_of(const AllowedTensor& tensor) {
    std::vector<Ambiguity> result;
    for (const std::int64_t index : tensor.wide_indices()) {
        const AllowedSet set = tensor.at(index);
        if (set.unconstrained || set.may_be_nan) {
            continue;  // stays as it is in every branch
        }
        result.push_back({index, parts_of(set, tensor.type())});
        const auto& values = result.back().values;
        if (values.size() > kMostValues ||
            std::any_of(values.begin(), values.end(), [](const Interval& part) { return part.lo != part.hi; })) {
            return {};
        }
    }
    return result;
}

void refine_by(const Context& context, graph::TensorId tensor, graph::NodeId id, AllowedTensor& result,
               const std::function<AllowedTensor(const Context&, graph::NodeId)>& evaluate_node) {
    const std::vector<Ambiguity> ambiguities = ambiguities_of(context.set_of(tensor));
    std::size_t branches = 0;
    for (const Ambiguity& ambiguity : ambiguities) {
        branches = std::max(branches, ambiguity.values.size());
    }
    if (branches < 2) {
        return;
    }
    const std::vector<graph::NodeId> nodes = dependents(context, tensor, id);
    AllowedTensor united;
    for (std::size_t branch = 0; branch < branches; ++branch) {
        std::vector<AllowedTensor> tensors = context.tensors;
        Metrics unused;
        const Context inner{context.value, context.contract, context.rules, tensors, context.real_views, unused};
        for (const Ambiguity& ambiguity : ambiguities) {
            tensors[static_cast<std::size_t>(tensor)].set_point(
                ambiguity.index, ambiguity.values[std::min(branch, ambiguity.values.size() - 1)].lo);
        }
        for (const graph::NodeId node : nodes) {
            tensors[static_cast<std::size_t>(context.node(node).output)] = evaluate_node(inner, node);
        }
        AllowedTensor one = evaluate_node(inner, id);
        if (branch == 0) {
            united = std::move(one);
        } else {
            merge_into(context, united, one);
        }
    }
    result = std::move(united);
}

}  // namespace

void refine_by_correlation(const Context& context, graph::NodeId id, AllowedTensor& result,
                           const std::function<AllowedTensor(const Context&, graph::NodeId)>& evaluate_node) {
    if (result.all_points() || !is_elementwise(context.node(id))) {
        return;
    }
    const std::vector<int> paths = paths_to(context, id);
    for (std::size_t tensor = 0; tensor < paths.size(); ++tensor) {
        const AllowedTensor& set = context.tensors[tensor];
        const bool barrier = context.graph().tensors[tensor].role == graph::TensorRole::intermediate &&
                             graph::is_integer(context.graph().tensors[tensor].type);
        if (paths[tensor] >= 2 && barrier && !set.all_points()) {
            refine_by(context, static_cast<graph::TensorId>(tensor), id, result, evaluate_node);
            return;  // the first of several; refining by one is sound, by all would need their product
        }
    }
}

}  // namespace difftest::oracle
