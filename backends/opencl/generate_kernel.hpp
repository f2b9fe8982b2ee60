#pragma once

#include "backends/opencl/kernel_writer.hpp"
#include "backends/opencl/partitioning.hpp"

namespace difftest::backends::opencl {

/// As many work items as are needed in groups of the plan's size.
void set_work_items(Kernel& kernel, const PlanSpecification& specification, std::size_t items);

/// The kernel of one partition. `entry` is the name of its function.
Kernel generate_kernel(const graph::Case& value, const PlanSpecification& specification, const DeviceFeatures& features,
                       const PlannedPartition& partition, const std::string& entry);

}  // namespace difftest::backends::opencl
