#pragma once

#include "reference/graph/graph.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Operations that only move elements: permute, reshape, slice, concat, reorder. Every element of the result is one
/// element of one input.
namespace difftest::oracle {

/// A box of the result that comes from one input: the element at `begin + c` (0 <= c < extent, in each dimension) is
/// the input's element `base + sum of c[d] * strides[d]`.
struct MovedBlock {
    std::size_t slot = 0;
    graph::Shape begin;
    graph::Shape extent;
    std::int64_t base = 0;
    std::vector<std::int64_t> strides;
};

bool moves_data(const graph::Operation& operation);

/// The boxes of a node's result; together they cover it once. Precondition: moves_data(node.operation).
std::vector<MovedBlock> moved_blocks(const graph::Graph& graph, const graph::Node& node);

/// An element of the input at a slot.
struct ElementSource {
    std::size_t slot = 0;
    std::int64_t index = 0;
};

/// Where one element of the result comes from. Precondition: moves_data(node.operation), index inside the result.
ElementSource moved_from(const graph::Graph& graph, const graph::Node& node, std::int64_t index);

}  // namespace difftest::oracle
