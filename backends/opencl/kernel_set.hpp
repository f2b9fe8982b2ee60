#pragma once

#include "backends/opencl/device_features.hpp"
#include "backends/opencl/kernel.hpp"
#include "backends/opencl/plan_specification.hpp"

#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// The kernels of one plan for one graph. Nothing in it belongs to an execution, so that a fresh executable of the same
/// plan takes it as it is.
struct KernelSet {
    std::vector<Kernel> kernels;
    std::string source;  ///< of all kernels that are no programs of their own, with the functions that they call
};

KernelSet kernel_set(std::vector<Kernel> kernels, const PlanSpecification& specification,
                     const DeviceFeatures& features);

}  // namespace difftest::backends::opencl
