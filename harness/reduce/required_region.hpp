#pragma once

#include "harness/reduce/crop.hpp"

#include <optional>
#include <vector>

namespace difftest::harness {

/// The regions of a node's inputs that the given region of its result depends on, in the order of Node::inputs (empty
/// for unused slots and scalars). Nothing when the operation cannot be cut to that region.
std::optional<std::vector<Region>> required_regions(const graph::Graph& graph, const graph::Node& node,
                                                    const Region& result);

/// Changes paddings and groups so that the node, applied to the given regions of its inputs, computes the given region
/// of its result. `regions` by tensor of `graph`. False when an input's region is not what the node needs (another
/// node needs more of it).
bool adapt_to_regions(const graph::Graph& graph, graph::Node& node, const std::vector<Region>& regions);

}  // namespace difftest::harness
