#pragma once

#include "backends/onednn/api_version.hpp"

#include <cstdint>

/// The lanes of a blocked layout that belong to no element: what writes such memory must leave zeros there, because
/// whatever reads it relies on that (developer guide, "Memory format propagation", zero padding).
namespace difftest::backends::onednn {

/// Whether the layout has such lanes.
bool has_padding(const dnnl::memory::desc& layout);

/// How many of those lanes hold anything but zero. -0.0 is one: a ReLU with a negative slope gives it.
std::int64_t dirty_padding_lanes(const dnnl::memory& memory);

}  // namespace difftest::backends::onednn
