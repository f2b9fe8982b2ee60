#pragma once

#include "reference/graph/graph.hpp"

#include <span>
#include <string>

namespace difftest::harness {

/// Which combination of types and optional inputs a partition is, in words: "u8*s8 depthwise, bias s32, first zero
/// point
/// -> u8". The types are those of its first node's operands and of its last node's result.
std::string combination_of(const graph::Graph& graph, std::span<const std::string> partition);

/// A refusal without what differs from case to case: names in quotes and numbers of post-ops. "convolution + 3 post-ops
/// of 'conv1': could not create" becomes "convolution + post-ops: could not create".
std::string refusal_class(const std::string& reason);

/// Why a run is vacuous or elements are outside the contract, without the name of the node and without numbers: "node
/// conv: 3 elements are not judged" becomes "N elements are not judged".
std::string reason_class(const std::string& reason);

}  // namespace difftest::harness
