#pragma once

#include "backends/opencl/opencl_executable.hpp"

namespace difftest::backends::opencl {

/// Whether sums, differences and products of halves keep subnormal numbers on the device. A device that lists
/// cl_khr_fp16 without CL_FP_DENORM leaves that open: so it is measured, in the functions of the generated kernels, on
/// one lane and on four, with and without the compiler's optimizations. Throws BackendError for what the driver
/// reports.
bool keeps_subnormal_halves(DeviceSession& session);

}  // namespace difftest::backends::opencl
