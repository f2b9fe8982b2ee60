#pragma once

#include "backends/backend.hpp"

#include <string>

namespace difftest::backends::onednn {

/// The library as it is loaded into this process. Throws BackendError when it cannot be asked.
Description describe_library();

/// The name of the highest ISA rung that the library uses in this process, such as "AVX512_CORE_VNNI".
std::string effective_isa();

}  // namespace difftest::backends::onednn
