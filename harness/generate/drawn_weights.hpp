#pragma once

#include "harness/generate/case_grower.hpp"

namespace difftest::harness {

/// The second operand of a contraction of data of the given type: s8 for integers, else of the same type. Tame where
/// the limits exclude documented sloppiness: of magnitude 64 at most, and even for s8 data.
graph::TensorData drawn_weights(CaseGrower& grower, graph::DataType data, const graph::Shape& shape);

}  // namespace difftest::harness
