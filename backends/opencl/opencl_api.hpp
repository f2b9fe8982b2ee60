#pragma once

/// The C++ bindings of Khronos with exceptions, at the version that every device here understands. What newer devices
/// offer beyond it is asked for by extension.
#define CL_HPP_ENABLE_EXCEPTIONS
#define CL_HPP_TARGET_OPENCL_VERSION 120
#define CL_HPP_MINIMUM_OPENCL_VERSION 120
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/opencl.hpp>
