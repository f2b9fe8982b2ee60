#pragma once

#include "backends/onednn/partition_primitive.hpp"

/// quantize, dequantize and requantize as one reorder with the scales and zero points among its attributes, which is
/// how networks enter and leave int8 (developer guide, "Reorder"). Its formula:
///
///     dst = saturate(round(src_scale * (src - src_zero_point) / dst_scale + dst_zero_point))
namespace difftest::backends::onednn {

/// Whether the options make a reorder of this partition: one such node alone.
bool wants_scaled_reorder(const graph::Graph& graph, const PlannedPartition& partition, const CreationOptions& options);

/// The division is a multiplication by the rounded reciprocal because the release has no divisor among its attributes:
/// the freedom F3 then belongs to the plan, not to the library.
bool multiplies_by_reciprocal(const graph::Graph& graph, const PlannedPartition& partition,
                              const CreationOptions& options);

/// The destination is in the layout that the options ask for, where the library can write it. Throws Unsupported where
/// no reorder computes what the node says, and dnnl::error where the library has no such reorder.
ImplementationName add_scaled_reorder(Program& program, const PlannedPartition& partition);

}  // namespace difftest::backends::onednn
