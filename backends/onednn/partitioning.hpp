#pragma once

#include "backends/onednn/heads.hpp"
#include "backends/onednn/lowering.hpp"

#include <string_view>
#include <vector>

/// How a graph is cut into primitives.
namespace difftest::backends::onednn {

enum class Fusion : std::uint8_t {
    fused,                   ///< a primitive absorbs the longest legal chain of its consumers
    fused_distinct_eltwise,  ///< the same, never with two eltwise post-ops of one algorithm and different parameters
    fused_depthwise,  ///< as fused, and a 3x3 depthwise convolution with its chain joins the 1x1 convolution before it
    split,            ///< one primitive for each node
};

/// The plan's name: "fused", "fused_distinct_eltwise", "fused_depthwise", "split".
std::string_view name_of(Fusion fusion);
std::optional<Fusion> fusion_from(std::string_view name);

/// Nodes that become one primitive. The first decides which (head_kind): the result of its primitive goes through the
/// steps, or, when it is pointwise, its `source` does. Prelu, sum and select have no steps when they stand first.
struct PlannedPartition {
    std::vector<graph::NodeId> nodes;
    graph::TensorId source = graph::kAbsent;
    Steps steps;
    graph::TensorId output = graph::kAbsent;
    friend bool operator==(const PlannedPartition&, const PlannedPartition&) = default;
};

/// In an order in which they can be executed.
using Partitioning = std::vector<PlannedPartition>;

/// `materialized`: results that must go through memory even where they could be fused.
std::variant<Partitioning, CannotLower> partition(const graph::Case& value, Fusion fusion,
                                                  const std::vector<graph::TensorId>& materialized = {});

/// The results that stay inside a primitive, in an order in which they are computed.
std::vector<graph::TensorId> fused_results(const graph::Graph& graph, const Partitioning& partitions);

/// One library call: a primitive and what it absorbs. `head` is nothing unless the partition begins with a pointwise
/// node: the steps of all others are post-ops.
struct PrimitiveSteps {
    const Step* head = nullptr;
    std::span<const Step> post_ops;
};

/// The library calls of a partition; they point into it. A binary primitive takes everything that follows as post-ops,
/// an eltwise primitive only binary ones (a rule of the v3 API). A partition without steps is one reorder: an empty
/// list.
std::vector<PrimitiveSteps> primitives_of(const graph::Graph& graph, const PlannedPartition& partition);

/// "deconvolution + 9 post-ops"; "eltwise, eltwise" when a pointwise node needs more than one primitive.
std::string kind_of(const graph::Graph& graph, const PlannedPartition& partition);

/// Two eltwise post-ops with the same algorithm but different alpha or beta, which oneDNN before 2.7.5 computes with
/// the parameters of the first.
bool repeats_eltwise_algorithm(std::span<const Step> post_ops);

/// The same function without such a repetition: a later clip becomes max and min, a later linear multiply and add, with
/// scalar operands. Nothing when the repeated algorithm has no such form.
std::optional<Steps> with_distinct_eltwise(const Steps& steps);

}  // namespace difftest::backends::onednn
