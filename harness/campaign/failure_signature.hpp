#pragma once

#include "harness/campaign/case_features.hpp"
#include "harness/report/campaign_report.hpp"
#include "harness/report/run_report.hpp"
#include "reference/graph/case.hpp"

#include <vector>

namespace difftest::harness {

/// The partitions that a failing run may be due to: not those that are part of a run of the same case that passed, on
/// the same rung and with the same implementation. All, when none is left.
std::vector<backends::PartitionReport> suspects(const RunEntry& failing, const std::vector<RunEntry>& all);

/// What a failing run has in common with others of the same cause, when it is due to one of these partitions.
FailureSignature signature_of(const graph::Case& value, const RunEntry& failing,
                              const std::vector<backends::PartitionReport>& suspected);

/// The case with the result of every partition as an output too, restricted to this run. Run again it shows which
/// partition comes first with a result that is wrong.
graph::Case with_partition_results(const graph::Case& value, const RunEntry& failing);

/// The first of the partitions whose result is wrong in `again`, a run of with_partition_results; `suspected` when that
/// does not show.
std::vector<backends::PartitionReport> first_wrong(const graph::Case& value, const RunEntry& again,
                                                   const std::vector<backends::PartitionReport>& suspected);

}  // namespace difftest::harness
