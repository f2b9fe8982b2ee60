#pragma once

#include "backends/backend.hpp"
#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/evaluation_cache.hpp"
#include "harness/campaign/known_issues.hpp"
#include "harness/execute/outcome.hpp"
#include "harness/execute/worker.hpp"
#include "harness/report/run_report.hpp"
#include "reference/graph/case.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// How much is found out about a failure.
enum class JudgingDepth {
    verdict,   ///< the verdict, and where the errors lie
    explained  ///< also the trace of the worst element and the faults that reproduce the result
};

/// What all runs of one case on one rung have in common.
struct JudgingContext {
    const graph::Case& value;
    const std::string& backend;
    const BackendKind& kind;
    const backends::Description& description;
    const std::string& isa;
    EvaluationCache& evaluations;
    const std::vector<KnownIssue>& known_issues;
    JudgingDepth depth = JudgingDepth::explained;
    bool keep_outputs = false;  ///< RunEntry::given
};

/// Holds the outcome of one plan against the oracle, under the contract that the backend claims and the case allows;
/// traces the worst element; looks for a known issue that explains a failure.
RunEntry judged_run(const JudgingContext& context, const backends::Plan& plan, const RunOutcome& outcome);

/// The entry for a death that no case repeats alone: it stands under the first suspect, and names the other case too.
RunEntry incident_run(const JudgingContext& context, const Incident& incident);

/// The entry for a plan that the backend refuses to make.
RunEntry refused_run(const JudgingContext& context, const backends::Refusal& refusal);

}  // namespace difftest::harness
