#pragma once

#include "reference/graph/validation.hpp"

#include <optional>

namespace difftest::graph {

/// What a node must satisfy besides its shapes: types of its inputs and output, constants where constants are needed,
/// bounds of its attributes. Places are relative to the node. Precondition: every id of the node is valid and required
/// slots are filled.
std::optional<Problem> problem_of_node(const Graph& graph, const Node& node);

/// Multiply-accumulate operations that a direct evaluation of the node needs; 0 for what does no more
/// than touch its data.
/// Precondition: the shapes are consistent. Given as a double because the exact number may not fit into 64 bits.
double multiply_accumulates_of(const Graph& graph, const Node& node);

}  // namespace difftest::graph
