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

}  // namespace difftest::faults
