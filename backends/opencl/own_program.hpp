#pragma once

#include "backends/opencl/device_list.hpp"
#include "backends/opencl/device_programs.hpp"
#include "backends/opencl/kernel.hpp"

#include <string>

namespace difftest::backends::opencl {

/// The program of a user's kernel, checked against what its manifest says: the entry point is there, takes as many
/// parameters and of such kinds, and can be launched with that work size. `options`: the plan's. Throws BadInput.
const cl::Program& own_program(DevicePrograms& programs, const Device& device, const Kernel& kernel,
                               const std::string& options);

/// The plan's build options with the kernel's own, whose language version replaces that of the plan.
std::string joined_options(const std::string& base, const std::string& own);

/// "a buffer of uchar": what the parameter is to take, when it cannot; empty when it can. `type`: as the compiler
/// prints it, such as "uchar*" or "float4*"; one that is unknown, such as a struct, can take everything of its kind.
std::string complaint_about_parameter(const std::string& type, bool is_buffer, graph::DataType element);

}  // namespace difftest::backends::opencl
