#include "harness/campaign/run_cases.hpp"

#include "harness/campaign/case_runner.hpp"
#include "harness/campaign/input_error.hpp"
#include "reference/graph/plan_pattern.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

namespace difftest::harness {
namespace {

void check_plans(const std::vector<std::string>& requested, const std::set<std::string>& offered) {
    for (const std::string& plan : requested) {
        const bool fits = std::any_of(offered.begin(), offered.end(),
                                      [&plan](const auto& each) { return graph::matches_plan(plan, each); });
        if (!offered.empty() && !fits) {
            throw InputError(fmt::format("--plan {}: no backend offers it for these cases (offered: {})", plan,
                                         fmt::join(offered, ", ")));
        }
    }
}

void say_what_is_missing(RunReport& report, bool every_backend) {
    for (const BackendKind& kind : backend_kinds()) {
        if ((kind.by_default || (every_backend && needs_no_argument(kind))) && !is_available(kind)) {
            report.not_run.push_back({std::string(kind.name), "", std::string(kind.missing)});
        }
    }
}

void count_known_issue(RunReport& report, const std::string& id, const std::vector<KnownIssue>& known) {
    for (KnownIssueSeen& seen : report.known_issues) {
        if (seen.id == id) {
            ++seen.runs;
            return;
        }
    }
    const auto issue =
        std::find_if(known.begin(), known.end(), [&id](const KnownIssue& each) { return each.id == id; });
    report.known_issues.push_back({issue->id, issue->title, issue->upstream, 1});
}

}  // namespace

RunReport run_cases(const RunRequest& request) {
    RunReport report;
    CaseRunner runner({request.backends, request.isas, request.plans, request.threads, request.known_issues,
                       JudgingDepth::explained, request.limits, request.backends.size() > 1});
    for (const graph::Case& value : request.cases) {
        report.annotations[value.name] = value.annotations;
        std::vector<RunEntry> entries = runner.run(value);
        std::move(entries.begin(), entries.end(), std::back_inserter(report.entries));
    }
    for (const RunEntry& entry : report.entries) {
        if (entry.known_issue) {
            count_known_issue(report, *entry.known_issue, request.known_issues);
        }
    }
    check_plans(request.plans, runner.offered_plans());
    report.backends = runner.backends();
    report.not_run = runner.not_run();
    if (request.backends.empty() || request.every_backend) {
        say_what_is_missing(report, request.every_backend);
    }
    return report;
}

}  // namespace difftest::harness
