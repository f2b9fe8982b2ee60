#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/graph/operations.hpp"
#include "reference/graph/shape.hpp"

#include <oneapi/dnnl/dnnl.hpp>

/// From the graph's types to the library's.
namespace difftest::backends::onednn {

dnnl::memory::data_type to_library(graph::DataType type);

/// Throws Unsupported for an algorithm that this version of the library lacks.
dnnl::algorithm to_library(graph::EltwiseAlgorithm algorithm);

dnnl::algorithm to_library(graph::BinaryAlgorithm algorithm);

/// A shape as the library's dimensions: right-aligned and filled up with ones to `rank`; at least one dimension.
/// Leading ones beyond the rank are dropped. Throws Unsupported when the shape does not fit.
dnnl::memory::dims dimensions(const graph::Shape& shape, std::size_t rank = 0);

/// Dense and row-major.
dnnl::memory::desc plain_layout(const dnnl::memory::dims& dimensions, graph::DataType type);

/// Dense, dimension 1 innermost and the others row-major.
dnnl::memory::desc channels_last_layout(const dnnl::memory::dims& dimensions, graph::DataType type);

/// The layout in which a primitive that takes any gets its source: integers with spatial dimensions channels last,
/// which is where the library has kernels for them, everything else plain.
dnnl::memory::desc source_layout(const dnnl::memory::dims& dimensions, graph::DataType type);

/// The layout is the library's choice.
dnnl::memory::desc any_layout(const dnnl::memory::dims& dimensions, graph::DataType type);

}  // namespace difftest::backends::onednn
