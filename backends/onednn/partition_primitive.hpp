#pragma once

#include "backends/onednn/partitioning.hpp"
#include "backends/onednn/program.hpp"

#include <string>

/// From a planned partition to library primitives: their calls are appended to the program.
namespace difftest::backends::onednn {

/// The library's name of the implementation that it chose, such as "jit:avx512_core_vnni".
using ImplementationName = std::string;

/// The head is a convolution or deconvolution. Source, weights and destination are requested in any layout; the library
/// chooses, and reorders stand around the primitive.
ImplementationName add_convolution(Program& program, const PlannedPartition& partition);

/// The head is a pointwise node: an eltwise or binary primitive with the remaining steps as post-ops, or a reorder when
/// there are no steps. Plain layouts.
ImplementationName add_pointwise(Program& program, const PlannedPartition& partition);

}  // namespace difftest::backends::onednn
