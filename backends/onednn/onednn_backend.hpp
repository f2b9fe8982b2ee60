#pragma once

#include "backends/backend.hpp"

#include <filesystem>
#include <memory>

namespace difftest::backends::onednn {

/// The oneDNN library that this program is linked with, on the CPU. ISA and thread count come from the environment
/// (ONEDNN_MAX_CPU_ISA, OMP_NUM_THREADS), which the library reads once for each process. Throws BackendError when the
/// library has no CPU engine.
/// With `recording` each executable writes into that file what it asks of the library, as it creates and before and
/// after it executes (recording.hpp).
std::unique_ptr<Backend> make_onednn_backend(const std::filesystem::path& recording = {});

}  // namespace difftest::backends::onednn
