#pragma once

#include "reference/graph/validation.hpp"

#include <optional>
#include <string>

namespace difftest::graph {

inline constexpr std::size_t kHighestRank = 12;

/// What is wrong with a tensor's shape by itself: rank, sign of a dimension, number of elements.
std::optional<std::string> complaint_about_shape(const Shape& shape, const Limits& limits);

/// The tensors of a graph together against Limits::bytes_per_case. Precondition: no complaint about any shape.
std::optional<Problem> problem_of_total_size(const Graph& graph, const Limits& limits);

}  // namespace difftest::graph
