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

/// Of each node its operation and then its attributes, in alphabetical order, and the same of the graph as a whole
/// under "graph"; nodes that are alike once.
std::vector<std::vector<std::string>> case_features(const graph::Case& value);

/// The same as a list of "operation attribute", in alphabetical order.
std::vector<std::string> flat_features(const std::vector<std::vector<std::string>>& features);

/// The same of some of its nodes, by their names.
std::vector<std::string> features_of(const graph::Case& value, const std::vector<std::string>& nodes);

/// How large a case is to a reader: its nodes first, then its elements.
std::int64_t case_cost(const graph::Case& value);

}  // namespace difftest::harness
