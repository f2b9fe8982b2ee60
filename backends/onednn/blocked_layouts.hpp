#pragma once

#include "reference/graph/operations.hpp"

#include <oneapi/dnnl/dnnl.hpp>

namespace difftest::backends::onednn {

/// A layout of the graph as the library's. Throws Unsupported for blocks of channels where there is no second dimension
/// or the library has no such layout for the rank.
dnnl::memory::desc memory_layout(graph::Layout layout, const dnnl::memory::dims& dimensions, graph::DataType type);

}  // namespace difftest::backends::onednn
