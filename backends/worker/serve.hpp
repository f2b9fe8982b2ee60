#pragma once

#include "backends/backend.hpp"

#include <functional>
#include <memory>

namespace difftest::backends {

/// The main function of a worker program: builds the backend, answers the judge's requests on the socket it inherited,
/// and ends when the judge goes away. `argv` carries what the judge passed (see harness/execute/worker.hpp).
/// Returns the process's exit code.
int serve(const std::function<std::unique_ptr<Backend>()>& make_backend, int argc, char** argv);

}  // namespace difftest::backends
