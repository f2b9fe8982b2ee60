#pragma once

#include "backends/kernel_manifest/manifest.hpp"
#include "reference/graph/json_cursor.hpp"

#include <string>

namespace difftest::backends::kernel_manifest {

/// A member of "pattern". Throws graph::MisplacedInput.
StepPattern read_step(const graph::JsonCursor& cursor);

/// A text that is_identifier. Throws graph::MisplacedInput.
std::string identifier(const graph::JsonCursor& cursor);

}  // namespace difftest::backends::kernel_manifest
