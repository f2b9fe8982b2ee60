#pragma once

#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/known_issues.hpp"
#include "harness/execute/worker.hpp"
#include "harness/report/run_report.hpp"
#include "reference/graph/case.hpp"

#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

struct RunRequest {
    std::vector<graph::Case> cases;
    std::vector<BackendSelection> backends;
    std::vector<std::string> isas;   ///< names of rungs; empty or "all": every rung of every backend
    std::vector<std::string> plans;  ///< graph::matches_plan; empty: what a backend offers by itself
    std::optional<int> threads;      ///< of the library; a case's own request comes first
    WorkerLimits limits;
    std::vector<KnownIssue> known_issues;
    bool every_backend = false;  ///< `backends` are all that are here; those that are not are listed
};

/// Runs every case on every backend, rung and plan that the request and the case leave, and judges each run. Each
/// contract is evaluated once per case. A backend that cannot be started is listed with its reason, and the others run.
/// Throws InputError when a requested ISA or plan exists nowhere.
RunReport run_cases(const RunRequest& request);

}  // namespace difftest::harness
