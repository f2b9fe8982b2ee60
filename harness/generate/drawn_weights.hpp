#pragma once

#include "harness/generate/case_grower.hpp"

namespace difftest::harness {

/// The second operand of a contraction of data of the given type: s8 for integers, else of the same type. Where the
/// limits exclude documented sloppiness they are tame but for one operation of 16: of magnitude 64 at most, and even
/// for s8 data.
graph::TensorData drawn_weights(CaseGrower& grower, graph::DataType data, const graph::Shape& shape);

}  // namespace difftest::harness
