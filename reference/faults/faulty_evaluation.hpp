#pragma once

#include "reference/faults/dictionary.hpp"
#include "reference/graph/case.hpp"

#include <span>
#include <vector>

namespace difftest::faults {

/// A fault at one node.
struct Placement {
    Fault fault;
    graph::NodeId node;
};

/// The outputs of the reference with the given rules broken, in the order of Graph::outputs: one value for each
/// element, every other rule and order of evaluation as the graph says (contract `strict`). No placement: the reference
/// itself.
std::vector<graph::TensorData> evaluate_with_faults(const graph::Case& value, std::span<const Placement> placements);

/// The same node by node: each result is stored in its type and read from there, as by a backend that fuses nothing.
/// All tensors, indexed as Graph::tensors. A fault that needs a fused neighbour has no effect.
std::vector<graph::TensorData> evaluate_split_with_faults(const graph::Case& value,
                                                          std::span<const Placement> placements);

/// The placements that have an effect in evaluate_split_with_faults.
std::vector<Placement> effective_when_split(const graph::Case& value, std::span<const Placement> placements);

}  // namespace difftest::faults
