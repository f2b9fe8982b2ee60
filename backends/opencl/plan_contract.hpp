#pragma once

#include "backends/opencl/device_list.hpp"
#include "backends/opencl/plan_specification.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/graph.hpp"

namespace difftest::backends::opencl {

/// The freedoms that the OpenCL specification gives the device for these kernels of this graph, and no others: the
/// kernels themselves evaluate every operation as written.
///
/// * OpenCL C, relative error as ulps: math functions, and division and square root unless the device offers them
///   correctly rounded (CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT, or in double, where the specification demands it): F6,
///   where the graph has such an operation.
/// * CL_FP_DENORM: without it, or with -cl-denorms-are-zero, subnormal numbers may be flushed: F7.
/// * FP_CONTRACT ON and -cl-mad-enable: products may be fused with sums: F2.
/// * -cl-fast-relaxed-math: all of these, reassociation (also of the constants of a fake_quantize), reciprocals and
///   relaxed functions: F1 F2 F3 F4 F6 F6r F7 F13.
contract::Contract contract_of(const graph::Graph& graph, const Device& device, BuildVariant build);

/// Why kernels of the graph cannot be judged when they are built so; empty when they can. With -cl-fast-relaxed-math
/// the specification bounds no error of most functions (they may be derived from others in any way).
std::string why_not_judged(const graph::Graph& graph, BuildVariant build);

/// Build options for the device.
std::string options_of(const Device& device, BuildVariant build);

}  // namespace difftest::backends::opencl
