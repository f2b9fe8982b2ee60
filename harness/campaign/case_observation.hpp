#pragma once

#include "harness/campaign/backend_session.hpp"
#include "harness/export/reproducer.hpp"
#include "harness/report/run_report.hpp"
#include "reference/graph/case.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// One run with every value: what was allowed, what came.
struct CaseObservation {
    RunEntry entry;
    std::vector<ExportedOutput> outputs;
    std::vector<ExportedOutput> intermediates;  ///< what the plan wrote to memory between its partitions
};

/// Runs the case on the ISA and the plan that it names (of several the first), else the highest and the first that is
/// offered. Throws InputError when there is no such plan, WorkerUnavailable.
CaseObservation observe_case(BackendSession& session, const graph::Case& value);

/// observation.json of a finding: the minimal case, the original and the passing neighbour, each with the elements of
/// its outputs (the first few thousand), the distances of those outside, and the trace of the worst. Cases that cannot
/// be read are left out.
std::string observation_document(BackendSession& session, const std::filesystem::path& folder);

}  // namespace difftest::harness
