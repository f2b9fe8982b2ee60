#pragma once

#include "backends/onednn/partitioning.hpp"

#include <optional>
#include <vector>

/// The multiplication right behind a contraction, given to the library as the scale that quantization calls for instead
/// of as a post-op.
namespace difftest::backends::onednn {

/// One factor, or one for each channel of the result, as a step of the graph writes them.
struct ResultScale {
    OperandSource factors;
    bool per_channel = false;
};

/// What the first step of the partition multiplies with, when that is constant; nothing otherwise.
std::optional<ResultScale> leading_scale(const graph::Graph& graph, const PlannedPartition& partition);

}  // namespace difftest::backends::onednn
