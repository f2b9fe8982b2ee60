#pragma once

#include "backends/opencl/device_features.hpp"
#include "backends/opencl/kernel.hpp"
#include "backends/opencl/memory_plan.hpp"
#include "backends/opencl/plan_specification.hpp"

#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// The kernels of one plan for one graph. Nothing in it belongs to an execution, so that a fresh executable of the same
/// plan takes it as it is.
struct KernelSet {
    std::vector<Kernel> kernels;
    MemoryPlan memory;
    std::string source;  ///< of all kernels that are no programs of their own, with the functions that they call
};

/// `alignment`: of a buffer's first byte, in bytes.
KernelSet kernel_set(const graph::Graph& graph, std::vector<Kernel> kernels, const PlanSpecification& specification,
                     const DeviceFeatures& features, std::size_t alignment);

}  // namespace difftest::backends::opencl
