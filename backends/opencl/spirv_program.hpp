#pragma once

#include "backends/opencl/opencl_api.hpp"

#include <string>

namespace difftest::backends::opencl {

/// Whether the bytes of a program are SPIR-V and not a text.
bool is_spirv(const std::string& program);

/// Throws BackendError when the device takes no SPIR-V, cl::Error when it refuses this one.
cl::Program program_from_spirv(const cl::Context& context, const cl::Device& device, const std::string& program);

}  // namespace difftest::backends::opencl
