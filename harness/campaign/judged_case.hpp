#pragma once

#include "harness/campaign/campaign_configuration.hpp"
#include "harness/campaign/case_record.hpp"
#include "harness/campaign/case_runner.hpp"
#include "harness/campaign/steering.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace difftest::harness {

/// Runs a case on whatever there is, but for what is withheld.
using RunCase = std::function<std::vector<RunEntry>(const graph::Case&, EvaluationCache&, const WithholdRun&)>;

/// Makes the case at an index, away from what `guidance` knows well enough, runs it and records what
/// became of it. Whatever goes wrong on the way is a harness error in the record.
CaseRecord judge_index(const CampaignConfiguration& configuration, const RunSelection& selection, std::uint64_t index,
                       const Guidance& guidance, const RunCase& run);

/// Adds what all runs of a case gave to its record: verdicts, implementations, failures with their signatures and the
/// known issues that explain them.
void add_runs(CaseRecord& record, const RunSelection& selection, const graph::Case& value,
              const std::vector<RunEntry>& entries);

/// The case that a record is about.
graph::Case recorded_case(const CampaignConfiguration& configuration, std::uint64_t index, int draw);

}  // namespace difftest::harness
