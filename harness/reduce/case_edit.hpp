#pragma once

#include "reference/graph/case.hpp"

#include <cstddef>
#include <functional>
#include <optional>

namespace difftest::harness {

/// The case without an optional input of a node; nothing when that is no valid case.
std::optional<graph::Case> without_input(const graph::Case& value, graph::NodeId node, std::size_t slot);

/// The case with another element type of a tensor. `converted` says what becomes of a value of an input or constant;
/// where it gives nothing, and where the result is no valid case, there is none.
std::optional<graph::Case> with_type(const graph::Case& value, graph::TensorId tensor, graph::DataType type,
                                     const std::function<std::optional<double>(double)>& converted);

}  // namespace difftest::harness
