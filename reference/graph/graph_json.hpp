#pragma once

#include "reference/graph/graph.hpp"
#include "reference/graph/json_cursor.hpp"
#include "reference/graph/json_layout.hpp"
#include "reference/graph/validation.hpp"

/// The "graph" member of a case file.
namespace difftest::graph {

/// Builds the graph and infers the shape of every node's output. Sizes are checked before they are used; everything
/// else that makes a graph invalid is left to validate_graph. Throws MisplacedInput.
Graph read_graph(const JsonCursor& cursor, const Limits& limits);

/// Precondition: validate_graph found nothing.
OutputJson write_graph(const Graph& graph);

}  // namespace difftest::graph
