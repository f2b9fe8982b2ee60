#pragma once

#include "backends/onednn/oracle_comparison.hpp"
#include "reference/graph/case_builder.hpp"

namespace difftest::backends::onednn {

/// What may follow a head in a random chain.
struct TailLimits {
    std::int64_t longest = 3;
    bool prelu = false;
    bool sum = false;
    bool sum_zero_points = true;
    bool any_broadcast = true;  ///< otherwise operands are scalars or have one value for each channel
};

/// Appends pointwise nodes behind `tensor`: eltwise functions that every release computes exactly or nearly so, the
/// arithmetic binary operations with operands of every broadcast and type, requantizations. The last tensor. Left out:
/// comparisons, which crash as post-ops in oneDNN 2.6 (LIBRARY_TROUBLE.md).
graph::TensorId random_tail(graph::CaseBuilder& builder, Draw& draw, graph::TensorId tensor, const TailLimits& limits);

}  // namespace difftest::backends::onednn
