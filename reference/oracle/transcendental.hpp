#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/operations.hpp"
#include "reference/oracle/allowed_set.hpp"

#include <vector>

namespace difftest::oracle {

/// The mathematical function in binary64 (definitions: semantics, section 1.3.1); error below 2^-40 relative.
double exact_function(const graph::Eltwise& op, double x);

/// All f32 values that the contract allows for f(x): the correctly rounded result alone when nothing is granted (two
/// neighbours when binary64 cannot tell), else what lies within the granted error (function_error.hpp).
Interval enclose_function(const graph::Eltwise& op, double x, const contract::Contract& contract);

/// The image of an interval of arguments, given the hull over its ends and turning points: between them the granted
/// error may be larger than at both.
Interval enclose_over(const graph::Eltwise& op, const Interval& hull, const contract::Contract& contract);

/// Arguments at which the function turns, has a kink, or ends (semantics, section 3.3).
std::vector<double> turning_points(const graph::Eltwise& op);

/// True for odd negative powers: their value at zero has the sign of the zero, which the sets do not keep.
bool has_signed_pole(const graph::Eltwise& op);

/// The ends of the f32 values in [bound, ...] and [..., bound]; infinite where rounding to nearest overflows.
double least_float_from(double bound);
double greatest_float_to(double bound);

}  // namespace difftest::oracle
