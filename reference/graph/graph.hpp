#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/graph/operations.hpp"
#include "reference/graph/shape.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::graph {

using TensorId = std::int32_t;
using NodeId = std::int32_t;

/// The input of a node at an optional slot that is not used.
inline constexpr TensorId kAbsent = -1;

enum class TensorRole : std::uint8_t { input, constant, intermediate };

/// A logical (layout-free) tensor. Intermediates are produced by exactly one node.
struct Tensor {
    std::string name;
    DataType type = DataType::f32;
    Shape shape;
    TensorRole role = TensorRole::intermediate;
    NodeId producer = -1;  ///< the node that writes it; -1 for inputs and constants
    friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// One operation. `inputs` follows slots_of(operation); an unused optional slot holds kAbsent.
struct Node {
    std::string name;
    Operation operation;
    std::vector<TensorId> inputs;
    TensorId output = kAbsent;
    friend bool operator==(const Node&, const Node&) = default;
};

/// A typed directed acyclic graph. Nodes are in topological order: a node reads only tensors that stand before it.
struct Graph {
    std::vector<Tensor> tensors;
    std::vector<Node> nodes;
    std::vector<TensorId> outputs;

    const Tensor& tensor(TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
    const Node& node(NodeId id) const { return nodes[static_cast<std::size_t>(id)]; }
    std::optional<TensorId> find_tensor(std::string_view name) const;
    std::optional<NodeId> find_node(std::string_view name) const;

    /// The nodes that read the tensor, in order; a node that reads it twice stands once.
    std::vector<NodeId> consumers_of(TensorId id) const;
    bool is_output(TensorId id) const;
    friend bool operator==(const Graph&, const Graph&) = default;
};

struct Slot {
    std::string_view name;
    bool optional = false;
};

/// The input slots of an operation, in the order of Node::inputs.
std::span<const Slot> slots_of(const Operation& operation);

/// True for convolution, deconvolution, matmul and inner product: each element of the result is a sum of products.
/// Their slots are, in this order, both operands, the bias and a zero point for each operand.
bool is_contraction(const Operation& operation);

/// The index of a slot by name; nothing when the operation has none of that name.
std::optional<std::size_t> slot_index(const Operation& operation, std::string_view slot);

/// The tensor at a named slot of a node; kAbsent when the slot is unused or unknown.
TensorId input_at(const Node& node, std::string_view slot);

}  // namespace difftest::graph
