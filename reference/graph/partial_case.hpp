#pragma once

#include "reference/graph/case.hpp"

#include <map>
#include <vector>

namespace difftest::graph {

/// A part of a case, as a case.
struct PartialCase {
    Case value;
    std::vector<NodeId> nodes;  ///< of the whole case, in the order of the part's nodes
};

/// What computes one tensor from values that are known: they become constants, and what only they were made of is left
/// out. The tensor itself, an intermediate, is the output. Names are kept.
PartialCase part_computing(const Case& whole, TensorId tensor, const std::map<TensorId, TensorData>& known);

}  // namespace difftest::graph
