#pragma once

#include "reference/graph/validation.hpp"

#include <optional>

namespace difftest::graph {

/// What the values at the parameters of a node must satisfy: scales are finite, normal and above 0, ranges finite, zero
/// points inside the type that they belong to. Places are those of the data. Precondition: the graph is valid and the
/// data of every constant is there.
std::optional<Problem> problem_of_parameters(const Case& value, const Node& node);

}  // namespace difftest::graph
