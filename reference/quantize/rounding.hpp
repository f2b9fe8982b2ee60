#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/graph/operations.hpp"

/// The scalar steps of every quantization: a real number to an integer, an integer into the range of a type.
namespace difftest::quantize {

/// Rounds to an integer. Exact for every finite double; infinities and NaN are returned as they are.
///   half_to_even         IEEE 754-2019 roundTiesToEven
///   half_away_from_zero  roundTiesToAway
///   half_up              floor(x + 1/2) in exact arithmetic (TVM UPWARD, ARM VRSHR)
///   toward_zero          truncation
double round_to_integer(double x, graph::Rounding rounding);

/// Clamps to the range of an integer type. NaN is returned as it is.
double saturate(double x, graph::DataType type);

/// Two's complement reduction of an integer into the range of an integer type. Precondition: x is an integer, |x| <
/// 2^63.
double wrap(double x, graph::DataType type);

}  // namespace difftest::quantize
