#pragma once

#include "backends/onednn/partitioning.hpp"
#include "backends/onednn/post_op_chain.hpp"
#include "backends/onednn/program.hpp"

#include <string>

/// From a planned partition to library primitives: their calls are appended to the program.
namespace difftest::backends::onednn {

/// The library's name of the implementation that it chose, such as "jit:avx512_core_vnni".
using ImplementationName = std::string;

/// The primitives of a partition. Throws Unsupported or dnnl::error.
ImplementationName add_partition(Program& program, const PlannedPartition& partition);

/// Source, weights and destination are requested in any layout; the library chooses, and reorders stand around the
/// primitive. The operands of a matmul that are no constants are read where they are.
ImplementationName add_contraction(Program& program, const PlannedPartition& partition);

/// Pooling, resampling, reduction.
ImplementationName add_window(Program& program, const PlannedPartition& partition);

/// The head is a pointwise node: an eltwise or binary primitive with the remaining steps as post-ops, or a reorder when
/// there are no steps. Plain layouts.
ImplementationName add_pointwise(Program& program, const PlannedPartition& partition);

/// Softmax or logsoftmax; its one step, if any, is the scale of the result. Plain layouts.
ImplementationName add_softmax(Program& program, const PlannedPartition& partition);

ImplementationName add_prelu(Program& program, const PlannedPartition& partition);
ImplementationName add_sum(Program& program, const PlannedPartition& partition);
ImplementationName add_select(Program& program, const PlannedPartition& partition);
ImplementationName add_concatenation(Program& program, const PlannedPartition& partition);

/// Permute, reshape, slice, reorder.
ImplementationName add_movement(Program& program, const PlannedPartition& partition);

/// Appends the primitive with its destination (the tensor itself, or memory in the layout that the library chose and a
/// reorder behind it).
ImplementationName add_with_store(Program& program, const dnnl::primitive_desc& descriptor, const PostOpChain& chain,
                                  graph::TensorId output, Arguments arguments);

}  // namespace difftest::backends::onednn
