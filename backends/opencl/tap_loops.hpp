#pragma once

#include "backends/opencl/contraction_geometry.hpp"

#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// The loops over the kernel's elements, for contractions that read packed weights: inside, `i0`... are the position in
/// the data (position_text) and `tap` the number of the element among those of a channel.
std::string tap_loops_begin(const ContractionGeometry& geometry, const std::vector<std::string>& coordinates);
std::string tap_loops_end(const ContractionGeometry& geometry);

}  // namespace difftest::backends::opencl
