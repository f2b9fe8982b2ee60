#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>

namespace difftest::harness {

/// The case with the plainest names: a node is named after its operation, the tensor that it gives after the node, an
/// input or constant after the slot that reads it first; a number follows where a name is taken.
graph::Case with_canonical_tensor_names(graph::Case value);
graph::Case with_canonical_node_names(graph::Case value);

/// How many names of nodes and tensors are not canonical.
std::int64_t names_to_change(const graph::Case& value);

}  // namespace difftest::harness
