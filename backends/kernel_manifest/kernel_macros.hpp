#pragma once

#include "backends/kernel_manifest/manifest.hpp"

#include <string>

namespace difftest::backends::kernel_manifest {

/// What is wrong with the macros of a kernel in OpenCL C and its manifest, in one line; empty when nothing is. To the
/// preprocessor a macro that is spelt wrong is no error: it counts as 0. So
///
/// * every name in `defines` must occur in the kernel (outside of comments), and
/// * every name that an #if or #elif asks for must be defined: by the manifest (`defines`, -D in `options`), by a
/// #define
///   of the kernel, or by the compiler (names that begin with "__", "cl_" or "CL_", and FP_FAST_FMA...). A name behind
///   `defined` may be missing. Of a kernel that includes files only the first rule is checked.
std::string complaint_about_macros(const std::string& source, const Manifest& manifest);

}  // namespace difftest::backends::kernel_manifest
