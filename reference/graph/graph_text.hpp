#pragma once

#include "reference/graph/graph.hpp"

#include <string>

namespace difftest::graph {

/// The "graph" of a case file on one line of JSON, with the shape of every node's output: what an engine outside this
/// program is told (backends/process). Precondition: validate_graph found nothing.
std::string describe_graph(const Graph& graph);

}  // namespace difftest::graph
