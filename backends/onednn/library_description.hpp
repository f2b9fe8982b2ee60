#pragma once

#include "backends/backend.hpp"

#include <string>

namespace difftest::backends::onednn {

/// Throws BackendError when the library that was loaded is of another major version than the one that this program was
/// built for. To be called before anything else of the library.
void check_library_version();

/// The library as it is loaded into this process. Throws BackendError when it cannot be asked.
Description describe_library();

/// The name of the highest ISA rung that the library uses in this process, such as "AVX512_CORE_VNNI".
std::string effective_isa();

}  // namespace difftest::backends::onednn
