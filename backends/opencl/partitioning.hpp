#pragma once

#include "backends/opencl/plan_specification.hpp"
#include "reference/graph/case.hpp"

#include <string>
#include <vector>

/// How a graph is cut into kernels.
namespace difftest::backends::opencl {

/// Nodes that become one kernel, in graph order. The first may be of any operation; the others are elementwise, have
/// the shape of its result, and read it or one another. Only the last result is written to memory.
struct PlannedPartition {
    std::vector<graph::NodeId> nodes;
    friend bool operator==(const PlannedPartition&, const PlannedPartition&) = default;
};

/// In an order in which they can be executed.
using Partitioning = std::vector<PlannedPartition>;

Partitioning partition(const graph::Graph& graph, const PlanSpecification& specification);

/// The same where a user's kernel stands for `own`: those nodes are one partition, and the others are cut around it.
Partitioning partition_around(const graph::Graph& graph, const PlanSpecification& specification,
                              const std::vector<graph::NodeId>& own);

/// The results that `fused` keeps inside a kernel, in graph order: what a "cut" counts.
std::vector<graph::TensorId> fused_results(const graph::Graph& graph);

/// The tensor that the partition writes.
graph::TensorId output_of(const graph::Graph& graph, const PlannedPartition& partition);

std::vector<std::string> names_of(const graph::Graph& graph, const PlannedPartition& partition);

/// "deconvolution + 7 steps"
std::string kind_of(const graph::Graph& graph, const PlannedPartition& partition);

}  // namespace difftest::backends::opencl
