#pragma once

#include "reference/graph/case.hpp"

namespace difftest::harness {

/// The case with one output only, and with nothing that this output does not depend on: the first step of every
/// reduction. `tensor` may be any tensor that a node produces, so that a chain can also be cut short.
/// Annotations and the execution request are kept. Throws std::invalid_argument for an input or constant.
graph::Case cone_of(const graph::Case& value, graph::TensorId tensor);

}  // namespace difftest::harness
