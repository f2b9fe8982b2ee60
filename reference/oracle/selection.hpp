#pragma once

#include "reference/oracle/elementwise.hpp"

#include <array>

namespace difftest::oracle {

bool is_comparison(graph::BinaryAlgorithm algorithm);

/// 0 or 1 for each element; both, and counted as ambiguous, where the sets of the arguments do not decide.
AllowedTensor evaluate_comparison(const Context& context, const graph::Tensor& output,
                                  const std::array<Argument, 2>& arguments, graph::BinaryAlgorithm algorithm);

}  // namespace difftest::oracle
