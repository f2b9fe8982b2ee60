#pragma once

#include "backends/backend.hpp"

#include <memory>

namespace difftest::backends::onnxruntime {

/// ONNX Runtime's CPU provider, one session for a whole graph. Throws BackendError when the library is not there,
/// cannot be loaded, or is of a release with another API.
std::unique_ptr<Backend> make_onnxruntime_backend();

}  // namespace difftest::backends::onnxruntime
