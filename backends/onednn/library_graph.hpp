#pragma once

#include "backends/backend.hpp"
#include "backends/onednn/graph_description.hpp"

#include <oneapi/dnnl/dnnl.hpp>

#include <memory>
#include <string>
#include <vector>

/// The Graph API as a plan: the library is given the whole graph and chooses the partitions. v3 only.
namespace difftest::backends::onednn {

inline constexpr const char* kGraphPlan = "graph";

/// A graph and what the library made of it.
struct GraphPartitioning {
    GraphDescription description;
    std::vector<std::vector<std::size_t>> partitions;  ///< operations of each, in the order in which they can run
};

/// Throws Unsupported where the Graph API cannot say the graph, where the library takes no partition for a part of it,
/// or where it would leave sums of integers in f32 that are not exact there. Throws dnnl::error.
GraphPartitioning graph_partitioning(const graph::Case& value);

/// The plan for the partitions that the library has chosen.
Plan graph_plan(const graph::Case& value, const GraphPartitioning& partitioning);

/// Everything compiled. Throws Unsupported or dnnl::error.
std::unique_ptr<Executable> graph_executable(const dnnl::engine& engine, const graph::Case& value,
                                             const Buffers& buffers);

/// The nodes whose results the partition computes; those that it shares with another one where it has none of its own.
std::vector<std::string> nodes_of_partition(const graph::Graph& graph, const GraphPartitioning& partitioning,
                                            std::size_t partition);

}  // namespace difftest::backends::onednn
