#pragma once

#include "reference/oracle/context.hpp"

namespace difftest::oracle {

/// Convolution, deconvolution, inner product and matmul of floating-point operands: for every element all values that
/// some order of evaluation may give.
AllowedTensor evaluate_float_contraction(const Context& context, graph::NodeId id);

}  // namespace difftest::oracle
