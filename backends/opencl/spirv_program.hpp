#pragma once

#include "backends/opencl/opencl_api.hpp"

#include <string>

namespace difftest::backends::opencl {

/// Throws BackendError when the device takes no SPIR-V, cl::Error when it refuses this one.
cl::Program program_from_spirv(const cl::Context& context, const cl::Device& device, const std::string& program);

}  // namespace difftest::backends::opencl
