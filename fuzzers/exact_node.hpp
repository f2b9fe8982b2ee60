#pragma once

#include "reference/graph/case.hpp"

#include <optional>
#include <vector>

/// What nodes compute in exact arithmetic, every step rounded once by the definition of IEEE 754
/// (reference/oracle/testing); written from the semantics (sections 1.3.1 and 2.2), element by element, sharing no code
/// with the oracle.
namespace difftest::fuzzers {

/// The value of an element; nothing where the definition gives none (an overflow, a result that is no number), or where
/// it has no single order of steps.
using ExactElement = std::optional<double>;

/// Values of tensors, by TensorId, in row-major order.
using Values = std::vector<std::vector<double>>;

/// The elements of the node's result, from `values` of what it reads; nothing for operations that are not defined here:
/// transcendental functions, sums of floats, resampling and softmax.
std::optional<std::vector<ExactElement>> exact_node(const graph::Case& value, const graph::Node& node,
                                                    const Values& values);

/// The same of convolution, deconvolution, matmul and inner product of integers: sums of products in whole numbers.
std::optional<std::vector<ExactElement>> exact_contraction(const graph::Case& value, const graph::Node& node,
                                                           const Values& values);

}  // namespace difftest::fuzzers
