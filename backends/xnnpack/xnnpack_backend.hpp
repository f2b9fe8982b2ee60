#pragma once

#include "backends/backend.hpp"

#include <memory>

namespace difftest::backends::xnnpack {

/// XNNPACK's operators, one for each partition. Throws BackendError when the library does not start.
std::unique_ptr<Backend> make_xnnpack_backend();

}  // namespace difftest::backends::xnnpack
