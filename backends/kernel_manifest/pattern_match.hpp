#pragma once

#include "backends/kernel_manifest/manifest.hpp"
#include "reference/graph/graph.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

/// Where a graph has the pattern of a manifest.
namespace difftest::backends::kernel_manifest {

/// The nodes of one place. Every result but the last is read by the next node alone, and is no output of the graph.
struct Match {
    std::vector<graph::NodeId> nodes;            ///< in graph order
    std::map<std::string, graph::NodeId> steps;  ///< by the name of the step; optional ones may be missing
    std::map<std::string, std::size_t> chain;  ///< the slot through which each step but the first reads the one before
};

/// Why there is no such place: how far the best one gets, and what does not fit there.
struct Mismatch {
    std::string reason;
};

/// The first place in graph order. Where an optional step is there, it belongs to it.
std::variant<Match, Mismatch> find_match(const Manifest& manifest, const graph::Graph& graph);

}  // namespace difftest::backends::kernel_manifest
