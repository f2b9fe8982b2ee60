#pragma once

#include "backends/backend.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace difftest::backends::opencl {

/// A kernel of the user's, and what it is.
struct OwnKernelFiles {
    std::string kernel;    ///< OpenCL C or SPIR-V
    std::string manifest;  ///< backends/kernel_manifest
};

/// Generated kernels on one device (choose_device); where there is a kernel of the user's, it stands for one partition
/// of each plan, and a graph without a place for it has no plan. Throws BackendError when there is no device of that
/// name, BadInput when the files cannot be used. With `recording` each execution writes into that file what it asks of
/// the device (launch_recording.hpp).
std::unique_ptr<Backend> make_opencl_backend(const std::string& selector,
                                             const std::optional<OwnKernelFiles>& own = std::nullopt,
                                             const std::filesystem::path& recording = {});

}  // namespace difftest::backends::opencl
