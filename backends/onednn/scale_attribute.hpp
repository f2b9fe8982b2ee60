#pragma once

#include "backends/onednn/creation_options.hpp"
#include "backends/onednn/partitioning.hpp"

#include <optional>
#include <span>

/// The multiplication or addition right behind a contraction, given to the library as the scale or the bias that
/// quantization calls for instead of as a post-op.
namespace difftest::backends::onednn {

/// One factor, or one for each channel of the result, as a step of the graph writes them.
struct ResultParameter {
    OperandSource values;
    bool per_channel = false;
};

/// What the first of these steps of the partition multiplies with, when that is constant; nothing otherwise.
std::optional<ResultParameter> leading_scale(const graph::Graph& graph, const PlannedPartition& partition,
                                             std::span<const Step> steps);

/// What the first of these steps adds, when that is constant; nothing otherwise.
std::optional<ResultParameter> leading_shift(const graph::Graph& graph, const PlannedPartition& partition,
                                             std::span<const Step> steps);

/// What a contraction is given beside its operands, and the steps that are left as post-ops.
struct LeadingParameters {
    std::optional<ResultParameter> scale;
    std::optional<ResultParameter> bias;
    std::span<const Step> steps;
};

/// As the options ask for it, in the order in which the library applies the two.
LeadingParameters leading_parameters(const graph::Graph& graph, const PlannedPartition& partition,
                                     const CreationOptions& options);

}  // namespace difftest::backends::onednn
