#pragma once

#include "backends/backend.hpp"

#include <memory>
#include <string>

namespace difftest::backends::opencl {

/// Generated kernels on one device (choose_device). Throws BackendError when there is none of that name.
std::unique_ptr<Backend> make_opencl_backend(const std::string& selector);

}  // namespace difftest::backends::opencl
