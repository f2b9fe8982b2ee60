#pragma once

#include "reference/graph/case.hpp"

#include <optional>
#include <string>
#include <vector>

namespace difftest::graph {

/// Something that makes a graph or case invalid. `place` is a JSON pointer into the case file.
struct Problem {
    std::string place;
    std::string message;
};

/// Upper bounds that keep a case within a machine's reach. Sizes beyond them are refused before anything is allocated.
struct Limits {
    std::int64_t elements_per_tensor = std::int64_t{1} << 28;
    std::int64_t bytes_per_case = std::int64_t{1} << 31;
    std::int64_t multiply_accumulates = std::int64_t{1} << 38;
    std::size_t nodes = 4096;
};

/// The shape of a node's output from the shapes of its inputs; a Problem (place relative to the node) when the shapes
/// or attributes are inconsistent. Formulas: reference/oracle/README.md.
struct ShapeResult {
    Shape shape;
    std::optional<Problem> problem;
};
ShapeResult infer_shape(const Operation& operation, const std::vector<Shape>& inputs);

/// The first problem of the graph: types, shapes, slots, order, names, sizes.
std::optional<Problem> validate_graph(const Graph& graph, const Limits& limits = {});

/// validate_graph, and the values: scales finite and not 0, zero points inside their type, ranges finite, data present.
std::optional<Problem> validate_case(const Case& value, const Limits& limits = {});

}  // namespace difftest::graph
