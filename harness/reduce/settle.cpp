#include "harness/reduce/settle.hpp"

#include "reference/graph/validation.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::kAbsent;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

/// Everything that the outputs depend on, in the order of a case file.
Case without_unused(const Case& value) {
    const graph::Graph& graph = value.graph;
    std::vector<bool> needed(graph.tensors.size(), false);
    for (const TensorId id : graph.outputs) {
        needed[static_cast<std::size_t>(id)] = true;
    }
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        for (const TensorId id : node->inputs) {
            if (id != kAbsent && needed[static_cast<std::size_t>(node->output)]) {
                needed[static_cast<std::size_t>(id)] = true;
            }
        }
    }
    Case result = value;
    result.graph = {};
    result.data.clear();
    std::vector<TensorId> moved(graph.tensors.size(), kAbsent);
    const auto move = [&](TensorId id) {
        const auto index = static_cast<std::size_t>(id);
        moved[index] = static_cast<TensorId>(result.graph.tensors.size());
        result.graph.tensors.push_back(graph.tensors[index]);
        result.data.push_back(value.data[index]);
    };
    for (const graph::TensorRole role : {graph::TensorRole::input, graph::TensorRole::constant}) {
        for (std::size_t i = 0; i < needed.size(); ++i) {
            if (needed[i] && graph.tensors[i].role == role) {
                move(static_cast<TensorId>(i));
            }
        }
    }
    for (graph::Node node : graph.nodes) {
        if (!needed[static_cast<std::size_t>(node.output)]) {
            continue;
        }
        for (TensorId& id : node.inputs) {
            id = id == kAbsent ? id : moved[static_cast<std::size_t>(id)];
        }
        move(node.output);
        node.output = moved[static_cast<std::size_t>(node.output)];
        result.graph.tensors.back().producer = static_cast<graph::NodeId>(result.graph.nodes.size());
        result.graph.nodes.push_back(std::move(node));
    }
    for (const TensorId id : graph.outputs) {
        result.graph.outputs.push_back(moved[static_cast<std::size_t>(id)]);
    }
    return result;
}

/// Brings inputs and constants to the sizes that their node asks for.
class Fitting {
public:
    explicit Fitting(Case& value) : value_(value), before_(value.graph.tensors) {}

    bool fit(graph::Node& node) {
        if (graph::is_contraction(node.operation)) {
            fit_contraction(node);
        } else if (graph::is_elementwise(node.operation)) {
            fit_elementwise(node);
        }
        std::vector<Shape> shapes;
        for (const TensorId id : node.inputs) {
            shapes.push_back(id == kAbsent ? Shape{} : shape(id));
        }
        graph::ShapeResult inferred = graph::infer_shape(node.operation, shapes);
        if (inferred.problem) {
            return false;
        }
        value_.graph.tensors[static_cast<std::size_t>(node.output)].shape = std::move(inferred.shape);
        return true;
    }

private:
    const Shape& shape(TensorId id) const { return value_.graph.tensor(id).shape; }
    const Shape& old_shape(TensorId id) const { return before_[static_cast<std::size_t>(id)].shape; }

    void resize(TensorId id, std::size_t axis, std::int64_t size) {
        if (id != kAbsent && is_leaf(value_.graph, id) && axis < shape(id).size() && shape(id)[axis] != size &&
            shape(id)[axis] > 0 && size > 0) {
            set_leaf(value_, id, resized(value_.data_of(id), axis, size));
        }
    }

    /// A vector that holds one value for each channel.
    void resize_vector(TensorId id, std::int64_t size) {
        if (id != kAbsent && shape(id).size() == 1) {
            resize(id, 0, size);
        }
    }

    void fit_contraction(const graph::Node& node) {
        const TensorId data = node.inputs[0];
        const TensorId weights = node.inputs[1];
        const auto* matmul = std::get_if<graph::Matmul>(&node.operation);
        if (shape(data).size() < 2 || shape(weights).size() < 2) {
            return;  // infer_shape says what is wrong
        }
        if (matmul != nullptr) {
            const std::size_t a_rank = shape(data).size();
            const std::size_t b_rank = shape(weights).size();
            const std::int64_t depth = shape(data)[a_rank - (matmul->transpose_a ? 2 : 1)];
            resize(weights, b_rank - (matmul->transpose_b ? 1 : 2), depth);
            resize_vector(node.inputs[2], shape(weights)[b_rank - (matmul->transpose_b ? 2 : 1)]);
            resize_vector(node.inputs[4], shape(weights)[b_rank - (matmul->transpose_b ? 2 : 1)]);
            return;
        }
        if (std::holds_alternative<graph::InnerProduct>(node.operation)) {
            for (std::size_t axis = 1; axis < shape(data).size(); ++axis) {
                resize(weights, axis, shape(data)[axis]);
            }
        } else {
            const auto* forward = std::get_if<graph::Convolution>(&node.operation);
            const std::int64_t groups =
                forward != nullptr ? forward->groups : std::get<graph::Deconvolution>(node.operation).groups;
            if (groups > 0 && shape(data)[1] % groups == 0) {
                resize(weights, 1, shape(data)[1] / groups);
            }
        }
        resize_vector(node.inputs[2], shape(weights)[0]);
        resize_vector(node.inputs[3], shape(data)[1]);
        resize_vector(node.inputs[4], shape(weights)[0]);
    }

    /// An operand keeps step with the data where it did before the edit.
    void fit_elementwise(const graph::Node& node) {
        const auto computed = std::find_if(node.inputs.begin(), node.inputs.end(),
                                           [this](TensorId id) { return id != kAbsent && !is_leaf(value_.graph, id); });
        const TensorId data = computed == node.inputs.end() ? node.inputs[0] : *computed;
        for (const TensorId id : node.inputs) {
            if (id == kAbsent || id == data) {
                continue;
            }
            const std::size_t common = std::min(shape(id).size(), shape(data).size());
            for (std::size_t back = 1; back <= common; ++back) {
                const std::size_t axis = shape(id).size() - back;
                const std::int64_t wanted = shape(data)[shape(data).size() - back];
                const Shape& old = old_shape(data);
                const std::int64_t before = back <= old.size() ? old[old.size() - back] : 1;
                if (shape(id)[axis] == before && before > 1 && wanted != before) {
                    resize(id, axis, wanted);
                }
            }
        }
    }

    Case& value_;
    std::vector<graph::Tensor> before_;
};

}  // namespace

bool is_leaf(const graph::Graph& graph, TensorId id) {
    return graph.tensor(id).role != graph::TensorRole::intermediate;
}

void set_leaf(Case& value, TensorId id, TensorData data) {
    graph::Tensor& tensor = value.graph.tensors[static_cast<std::size_t>(id)];
    tensor.shape = data.shape();
    tensor.type = data.type();
    value.data[static_cast<std::size_t>(id)] = std::move(data);
}

TensorData take(const TensorData& data, std::size_t axis, std::span<const std::int64_t> indices) {
    Shape shape = data.shape();
    const std::int64_t size = shape[axis];
    shape[axis] = static_cast<std::int64_t>(indices.size());
    TensorData result(data.type(), shape);
    const auto first_inner = shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1;
    const std::int64_t inner = std::accumulate(first_inner, shape.end(), std::int64_t{1}, std::multiplies<>());
    for (std::int64_t i = 0; i < result.size(); ++i) {
        const std::int64_t outer = i / inner / shape[axis];
        const std::int64_t from = indices[static_cast<std::size_t>(i / inner % shape[axis])];
        result.set(i, data.at((outer * size + from) * inner + i % inner));
    }
    return result;
}

TensorData resized(const TensorData& data, std::size_t axis, std::int64_t size) {
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < size; ++i) {
        indices.push_back(i % data.shape()[axis]);
    }
    return take(data, axis, indices);
}

std::optional<Case> settle(const Case& value) {
    Case result = without_unused(value);
    Fitting fitting(result);
    for (graph::Node& node : result.graph.nodes) {
        if (!fitting.fit(node)) {
            return std::nullopt;
        }
    }
    if (graph::validate_case(result)) {
        return std::nullopt;
    }
    return result;
}

}  // namespace difftest::harness
