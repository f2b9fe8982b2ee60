#pragma once

#include "backends/opencl/kernel_writer.hpp"
#include "backends/opencl/partitioning.hpp"

namespace difftest::backends::opencl {

/// The kernel of one partition as words for a kernel of shared_program(). Throws Unsupported for tensors of more than
/// twelve dimensions.
Kernel shared_kernel(const graph::Case& value, const PlanSpecification& specification, const DeviceFeatures& features,
                     const PlannedPartition& partition);

}  // namespace difftest::backends::opencl
