#include "harness/report/campaign_report.hpp"

namespace difftest::harness {

ExitCode exit_code_of(const CampaignReport& report) {
    RunSummary summary;
    for (const auto& [verdict, runs] : report.verdicts) {
        summary.passed += is_pass(verdict) ? runs : 0;
    }
    summary.findings = report.findings;
    summary.harness_errors = static_cast<std::int64_t>(report.harness_errors.size());
    for (const KnownIssueSeen& issue : report.known_issues) {
        summary.known += issue.runs;
    }
    return exit_code_of(summary);
}

}  // namespace difftest::harness
