#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/operations.hpp"
#include "reference/oracle/allowed_set.hpp"

#include <vector>

namespace difftest::oracle {

/// True for the functions whose f32 result is only known up to an error: exp, log, tanh, logistic, elu, gelu_tanh,
/// gelu_erf, swish, mish, soft_relu, pow.
bool is_transcendental(graph::EltwiseAlgorithm algorithm);

/// The mathematical function in binary64 (definitions: semantics, section 1.3.1); error below 2^-40 relative.
double exact_function(const graph::Eltwise& op, double x);

/// All f32 values that the contract allows for f(x): the correctly rounded result alone when nothing is granted, the
/// measured table of the oneDNN injectors (F8, semantics 1.3.2), or the OpenCL ulp table (F6, semantics 3.3).
Interval enclose_function(const graph::Eltwise& op, double x, const contract::Contract& contract);

/// Arguments at which the function turns (semantics, section 3.3).
std::vector<double> turning_points(const graph::Eltwise& op);

}  // namespace difftest::oracle
