#pragma once

#include "harness/campaign/case_features.hpp"
#include "harness/report/campaign_report.hpp"
#include "harness/report/run_report.hpp"
#include "reference/graph/case.hpp"

#include <vector>

namespace difftest::harness {

/// The partitions that a failing run may be due to. Where values are wrong, the one that made the first wrong tensor;
/// where the library reports an error about a node, that of the node. Else not those that are part of a run of the same
/// case that passed, on the same rung and with the same implementation. All, when none is left.
std::vector<backends::PartitionReport> suspects(const graph::Graph& graph, const RunEntry& failing,
                                                const std::vector<RunEntry>& all);

/// What a failing run has in common with others of the same cause, when it is due to one of these partitions.
FailureSignature signature_of(const graph::Case& value, const RunEntry& failing,
                              const std::vector<backends::PartitionReport>& suspected);

}  // namespace difftest::harness
