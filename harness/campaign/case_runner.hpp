#pragma once

#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/backend_session.hpp"
#include "harness/campaign/evaluation_cache.hpp"
#include "harness/campaign/judged_run.hpp"
#include "harness/campaign/known_issues.hpp"
#include "harness/report/run_report.hpp"
#include "reference/graph/case.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace difftest::harness {

/// On what cases run.
struct RunSelection {
    std::vector<BackendSelection> backends;
    std::vector<std::string> isas;   ///< names of rungs; empty or "all": every rung of every backend
    std::vector<std::string> plans;  ///< graph::matches_plan; empty: what a backend offers by itself
    std::optional<int> threads;      ///< of the library; a case's own request comes first
    std::vector<KnownIssue> known_issues;
    JudgingDepth depth = JudgingDepth::explained;
    WorkerLimits limits = {};
    bool keep_outputs = false;  ///< RunEntry::given
};

/// Whether a run of a backend, on a rung, by a plan is not to be made.
using WithholdRun = std::function<bool(const std::string&, const std::string&, const backends::Plan&)>;

/// Runs one case after the other on every backend, rung and plan that the selection and the case leave, and judges each
/// run. Workers stay between cases. For one thread at a time.
class CaseRunner {
public:
    /// Throws InputError when a requested ISA exists nowhere.
    explicit CaseRunner(RunSelection selection);
    CaseRunner(const CaseRunner&) = delete;
    CaseRunner& operator=(const CaseRunner&) = delete;
    ~CaseRunner();

    /// Starts every backend and rung of the selection, so that backends() and not_run() are complete. Throws
    /// WorkerUnavailable when a backend cannot be started.
    void start();

    /// One entry for each backend, rung and plan.
    std::vector<RunEntry> run(const graph::Case& value);

    /// The same with evaluations of the case that are there already; `withhold` (may be empty) leaves runs out.
    std::vector<RunEntry> run(const graph::Case& value, EvaluationCache& evaluations, const WithholdRun& withhold = {});

    const RunSelection& selection() const { return selection_; }
    const std::vector<BackendUsed>& backends() const { return backends_; }
    const std::vector<RungNotRun>& not_run() const { return not_run_; }

    /// The names of all plans that were offered or refused so far.
    const std::set<std::string>& offered_plans() const { return offered_plans_; }

private:
    BackendSession* session(const BackendSelection& selection, std::optional<int> threads);
    bool is_listed(const BackendSelection& selection) const;
    void check_isas();
    void run_rung(const graph::Case& value, BackendSession& started, const std::string& isa,
                  EvaluationCache& evaluations, const WithholdRun& withhold);
    void run_plans(Worker& worker, const JudgingContext& context, const WithholdRun& withhold);
    bool selected(const std::string& plan, const JudgingContext& context);
    void add_not_run(const std::string& backend, const std::string& isa, const std::string& reason);
    void add_harness_error(const graph::Case& value, const std::string& backend, const std::string& isa,
                           const std::string& reason);

    RunSelection selection_;
    std::map<std::pair<std::string, std::optional<int>>, std::unique_ptr<BackendSession>> sessions_;
    std::set<std::string> offered_plans_;
    std::vector<BackendUsed> backends_;
    std::vector<RungNotRun> not_run_;
    std::vector<RunEntry> entries_;
};

}  // namespace difftest::harness
