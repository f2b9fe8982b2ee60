#pragma once

#include "harness/campaign/backend_session.hpp"
#include "harness/diagnose/diagnosis.hpp"
#include "harness/report/diagnosis_report.hpp"
#include "reference/graph/case.hpp"

#include <optional>
#include <string>

namespace difftest::harness {

/// Runs cases on a plan of a started backend: what diagnosis calls the backend. A run that ended in anything but values
/// (crash, unwritten or changing elements) gives nothing.
RunBackend runner_of(BackendSession& session, const std::string& isa, const std::string& plan);

struct DiagnoseRequest {
    graph::Case value;                    ///< the failing case, best a minimal one
    std::optional<graph::Case> original;  ///< what it was reduced from
    BackendSelection backend;
    std::optional<std::string> isa;   ///< default: that of the case, else the highest
    std::optional<std::string> plan;  ///< default: that of the case, else the first that is offered
    DiagnosisBudget budget;
    bool look_around = false;  ///< also: which properties, rungs and plans decide; some hundred runs more
};

/// Names the rule that the backend breaks on the case. Throws WorkerUnavailable, and InputError when the plan is not
/// offered.
DiagnosisReport diagnose_case(const DiagnoseRequest& request);

}  // namespace difftest::harness
