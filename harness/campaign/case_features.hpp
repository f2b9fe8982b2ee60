#pragma once

#include "reference/graph/case.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// What is remarkable about one node, in words: its types, its algorithm, the traits of its geometry ("depthwise",
/// "kernel<stride"), which optional inputs it has, how its operands are broadcast. Sorted.
std::vector<std::string> node_attributes(const graph::Case& value, graph::NodeId id);

/// "dense", "grouped" or "depthwise" for a convolution or deconvolution; empty for other operations.
std::string grouping_of(const graph::Graph& graph, const graph::Node& node);

/// What a case reaches: "convolution u8*s8->s32", "convolution depthwise", "eltwise relu", ... Sorted, each once.
std::vector<std::string> case_features(const graph::Case& value);

/// How large a case is to a reader: its nodes first, then its elements.
std::int64_t case_cost(const graph::Case& value);

}  // namespace difftest::harness
