#pragma once

#include "reference/graph/case.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// A case as a graph in the DOT language: operations and what flows between them; the nodes of `broken` have the class
/// "broken".
std::string graph_dot(const graph::Case& value, const std::vector<std::string>& broken);

/// An SVG element for each graph, laid out by Graphviz (`dot`, started once); all empty when it is not here or fails.
/// They have no ids, so that any number of them can stand in one page.
std::vector<std::string> graph_drawings(const std::vector<std::string>& graphs);

}  // namespace difftest::harness
