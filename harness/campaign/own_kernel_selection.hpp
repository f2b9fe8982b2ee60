#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// "DEVICE[,kernel=FILE,manifest=FILE]" of the OpenCL backend.
struct OpenclArgument {
    std::string device;    ///< empty = the first
    std::string kernel;    ///< absolute; empty when there is none
    std::string manifest;  ///< absolute

    /// As arguments of the worker program.
    std::vector<std::string> flags() const;

    /// As the argument of the backend, wherever the program is started.
    std::string text() const;
};

/// Reads both files as well, so that a manifest that cannot be used is refused before anything runs; what a device
/// makes of the kernel is seen by the worker alone. Throws InputError.
OpenclArgument opencl_argument(std::string_view text);

}  // namespace difftest::harness
