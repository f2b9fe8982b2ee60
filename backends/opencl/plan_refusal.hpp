#pragma once

#include "backends/opencl/device_list.hpp"
#include "backends/opencl/plan_specification.hpp"

#include <string>

namespace difftest::backends::opencl {

/// Why there is no such plan on the device, whatever the graph; empty when there is.
std::string why_refused(const Device& device, const PlanSpecification& specification);

}  // namespace difftest::backends::opencl
