#pragma once

#include "backends/backend.hpp"

#include <memory>
#include <string>

namespace difftest::backends {

/// An engine behind the process protocol. It is started here, executes what the command says, and is asked what it is.
/// Throws BackendError when it cannot be started or does not describe itself.
std::unique_ptr<Backend> make_process_backend(const std::string& command);

}  // namespace difftest::backends
