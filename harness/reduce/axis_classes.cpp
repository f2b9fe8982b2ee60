#include "harness/reduce/axis_classes.hpp"

#include "harness/reduce/settle.hpp"

#include <algorithm>

namespace difftest::harness {
namespace {

using graph::kAbsent;
using graph::Shape;
using graph::TensorId;

std::int64_t* groups_of(graph::Operation& operation) {
    if (auto* op = std::get_if<graph::Convolution>(&operation)) {
        return &op->groups;
    }
    auto* op = std::get_if<graph::Deconvolution>(&operation);
    return op == nullptr ? nullptr : &op->groups;
}

}  // namespace

bool is_depthwise(const graph::Graph& graph, const graph::Node& node) {
    graph::Operation operation = node.operation;
    const std::int64_t* groups = groups_of(operation);
    return groups != nullptr && *groups > 1 && graph.tensor(node.inputs[1]).shape[1] == 1 &&
           graph.tensor(node.inputs[1]).shape[0] == *groups;
}

AxisClasses::AxisClasses(const graph::Graph& graph) : graph_(graph) {
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        first_.push_back(axes_.size());
        for (std::size_t axis = 0; axis < graph.tensors[i].shape.size(); ++axis) {
            parent_.push_back(axes_.size());
            axes_.push_back({static_cast<TensorId>(i), axis});
        }
    }
    for (const graph::Node& node : graph.nodes) {
        tie_node(node);
    }
}

std::size_t AxisClasses::index(TensorAxis axis) const {
    return first_[static_cast<std::size_t>(axis.tensor)] + axis.axis;
}

std::size_t AxisClasses::root(std::size_t index) const {
    while (parent_[index] != index) {
        index = parent_[index];
    }
    return index;
}

void AxisClasses::tie(TensorAxis a, TensorAxis b) {
    const std::int64_t size = graph_.tensor(a.tensor).shape[a.axis];
    if (size > 1 && size == graph_.tensor(b.tensor).shape[b.axis]) {
        const std::size_t left = root(index(a));
        const std::size_t right = root(index(b));
        parent_[std::max(left, right)] = std::min(left, right);
    }
}

void AxisClasses::tie_vector(TensorId vector, TensorAxis with) {
    if (vector != kAbsent && graph_.tensor(vector).shape.size() == 1) {
        tie({vector, 0}, with);
    }
}

void AxisClasses::tie_elementwise(const graph::Node& node) {
    const Shape& result = graph_.tensor(node.output).shape;
    for (const TensorId id : node.inputs) {
        if (id == kAbsent) {
            continue;
        }
        const Shape& shape = graph_.tensor(id).shape;
        for (std::size_t back = 1; back <= std::min(shape.size(), result.size()); ++back) {
            tie({id, shape.size() - back}, {node.output, result.size() - back});
        }
    }
}

void AxisClasses::tie_window(const graph::Node& node, std::int64_t groups) {
    const TensorAxis out{node.output, 1};
    tie({node.inputs[0], 0}, {node.output, 0});
    tie({node.inputs[1], 0}, out);
    if (groups == 1) {
        tie({node.inputs[0], 1}, {node.inputs[1], 1});
    } else if (is_depthwise(graph_, node)) {
        tie({node.inputs[0], 1}, out);
    }
    tie_vector(node.inputs[2], out);
    tie_vector(node.inputs[3], {node.inputs[0], 1});
    tie_vector(node.inputs[4], out);
}

void AxisClasses::tie_products(const graph::Node& node) {
    const Shape& a = graph_.tensor(node.inputs[0]).shape;
    const Shape& b = graph_.tensor(node.inputs[1]).shape;
    const Shape& result = graph_.tensor(node.output).shape;
    const auto* matmul = std::get_if<graph::Matmul>(&node.operation);
    if (matmul == nullptr) {
        tie({node.inputs[0], 0}, {node.output, 0});
        tie({node.inputs[1], 0}, {node.output, 1});
        for (std::size_t axis = 1; axis < a.size(); ++axis) {
            tie({node.inputs[0], axis}, {node.inputs[1], axis});
        }
        tie_vector(node.inputs[2], {node.output, 1});
        tie_vector(node.inputs[4], {node.output, 1});
        return;
    }
    const TensorAxis columns{node.output, result.size() - 1};
    tie({node.inputs[0], a.size() - (matmul->transpose_a ? 1 : 2)}, {node.output, result.size() - 2});
    tie({node.inputs[1], b.size() - (matmul->transpose_b ? 2 : 1)}, columns);
    tie({node.inputs[0], a.size() - (matmul->transpose_a ? 2 : 1)},
        {node.inputs[1], b.size() - (matmul->transpose_b ? 1 : 2)});
    for (std::size_t back = 3; back <= result.size(); ++back) {
        for (const TensorId id : {node.inputs[0], node.inputs[1]}) {
            const std::size_t rank = graph_.tensor(id).shape.size();
            if (back <= rank) {
                tie({id, rank - back}, {node.output, result.size() - back});
            }
        }
    }
    tie_vector(node.inputs[2], columns);
    tie_vector(node.inputs[4], columns);
}

void AxisClasses::tie_node(const graph::Node& node) {
    graph::Operation operation = node.operation;
    const Shape& result = graph_.tensor(node.output).shape;
    if (const std::int64_t* groups = groups_of(operation)) {
        tie_window(node, *groups);
    } else if (graph::is_contraction(node.operation)) {
        tie_products(node);
    } else if (graph::is_elementwise(node.operation) || std::holds_alternative<graph::Reorder>(node.operation) ||
               std::holds_alternative<graph::Reduction>(node.operation) ||
               std::holds_alternative<graph::Softmax>(node.operation)) {
        tie_elementwise(node);
    } else if (const auto* permute = std::get_if<graph::Permute>(&node.operation)) {
        for (std::size_t d = 0; d < permute->order.size(); ++d) {
            tie({node.inputs[0], static_cast<std::size_t>(permute->order[d])}, {node.output, d});
        }
    } else if (std::holds_alternative<graph::Pooling>(node.operation) ||
               std::holds_alternative<graph::Resampling>(node.operation)) {
        tie({node.inputs[0], 0}, {node.output, 0});
        tie({node.inputs[0], 1}, {node.output, 1});
    } else if (const auto* concat = std::get_if<graph::Concat>(&node.operation)) {
        for (const TensorId id : node.inputs) {
            for (std::size_t axis = 0; id != kAbsent && axis < result.size(); ++axis) {
                if (static_cast<std::int64_t>(axis) != concat->axis) {
                    tie({id, axis}, {node.output, axis});
                }
            }
        }
    }
}

std::vector<TensorAxis> AxisClasses::members(TensorAxis axis) const {
    std::vector<TensorAxis> result;
    const std::size_t wanted = root(index(axis));
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (root(i) == wanted) {
            result.push_back(axes_[i]);
        }
    }
    return result;
}

std::vector<std::vector<TensorAxis>> AxisClasses::resizable() const {
    std::vector<std::vector<TensorAxis>> result;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (root(i) != i || graph_.tensor(axes_[i].tensor).shape[axes_[i].axis] < 2) {
            continue;
        }
        std::vector<TensorAxis> found = members(axes_[i]);
        if (std::any_of(found.begin(), found.end(),
                        [this](const TensorAxis& each) { return is_leaf(graph_, each.tensor); })) {
            result.push_back(std::move(found));
        }
    }
    return result;
}

std::optional<graph::Case> keep_indices(const graph::Case& value, std::span<const TensorAxis> members,
                                        std::span<const std::int64_t> indices) {
    graph::Case result = value;
    for (const TensorAxis& each : members) {
        if (is_leaf(value.graph, each.tensor)) {
            set_leaf(result, each.tensor, take(result.data_of(each.tensor), each.axis, indices));
        }
    }
    for (graph::Node& node : result.graph.nodes) {
        const bool grouped = std::find(members.begin(), members.end(), TensorAxis{node.inputs[0], 1}) != members.end();
        if (grouped && is_depthwise(value.graph, node)) {
            *groups_of(node.operation) = static_cast<std::int64_t>(indices.size());
        }
    }
    return settle(result);
}

}  // namespace difftest::harness
