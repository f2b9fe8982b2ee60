#pragma once

#include "backends/backend.hpp"

#include <filesystem>
#include <memory>

namespace difftest::backends {

/// A plug-in (plugin_abi.h) as a backend. Loading it executes its code: only a worker may do this. Throws BackendError.
std::unique_ptr<Backend> make_plugin_backend(const std::filesystem::path& file);

}  // namespace difftest::backends
