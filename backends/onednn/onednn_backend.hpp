#pragma once

#include "backends/backend.hpp"

#include <memory>

namespace difftest::backends::onednn {

/// The oneDNN library that this program is linked with, on the CPU. ISA and thread count come from the environment
/// (ONEDNN_MAX_CPU_ISA, OMP_NUM_THREADS), which the library reads once for each process. Throws BackendError when the
/// library has no CPU engine.
std::unique_ptr<Backend> make_onednn_backend();

}  // namespace difftest::backends::onednn
