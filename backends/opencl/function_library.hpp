#pragma once

#include <string>

namespace difftest::backends::opencl {

/// The operations of the graph as OpenCL C functions on vectors of 1 or 4 lanes, whose names end in the number of
/// lanes: relu_1(float, ...), relu_4(float4, ...). Real numbers of every type are f32 in a kernel, integers int. What
/// each computes stands in reference/graph/operations.hpp; every function rounds where and how that says. Every product
/// and sum that may be contracted stands in one expression, so that FP_CONTRACT decides about it.
///
/// The definitions of all functions that the kernels call, and of those that these call. `divides_in_double`: the
/// device does not round quotients and roots of floats correctly, but has double.
std::string functions_for(const std::string& kernels, bool divides_in_double = false);

/// What stands before the functions: the pragma that forbids contraction unless it is allowed, and the one for half.
std::string library_preamble(bool contraction, bool native_half = false);

/// "float4", "int4"; without a number for one lane.
std::string vector_type(const char* type, unsigned lanes);

}  // namespace difftest::backends::opencl
