#pragma once

#include <string>

namespace difftest::backends::opencl {

/// Measures on the device what the checks cost beside bare launches, on a small fused convolution, and how long its
/// kernels take to build when no cache knows them; one JSON document. Throws BackendError.
std::string benchmark_document(const std::string& selector);

}  // namespace difftest::backends::opencl
