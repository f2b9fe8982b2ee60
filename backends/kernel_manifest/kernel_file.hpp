#pragma once

#include "backends/kernel_manifest/manifest.hpp"

#include <filesystem>
#include <string>

namespace difftest::backends::kernel_manifest {

/// A kernel and its manifest, as they are in their files.
struct KernelFiles {
    std::string source;  ///< OpenCL C, or SPIR-V
    Manifest manifest;
};

/// Throws ManifestError: a file that cannot be read, a manifest that cannot be used, or that does not go with this kind
/// of kernel.
KernelFiles read_kernel(const std::filesystem::path& kernel, const std::filesystem::path& manifest);

/// Whether the bytes of a program are SPIR-V and not a text.
bool is_spirv(const std::string& program);

}  // namespace difftest::backends::kernel_manifest
