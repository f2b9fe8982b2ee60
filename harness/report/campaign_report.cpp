#include "harness/report/campaign_report.hpp"

namespace difftest::harness {

ErrorCount& ErrorCount::operator+=(const ErrorCount& other) {
    for (const auto& [bucket, elements] : other.counts) {
        counts[bucket] += elements;
    }
    const auto is_before = [](const LargestError& a, const LargestError& b) {
        return a.steps != b.steps ? a.steps > b.steps : a.index < b.index;
    };
    if (other.largest && (!largest || is_before(*other.largest, *largest))) {
        largest = other.largest;
    }
    return *this;
}

ElementCount& ElementCount::operator+=(const ElementCount& other) {
    judged += other.judged;
    ambiguous += other.ambiguous;
    allowed += other.allowed;
    outside += other.outside;
    unconstrained += other.unconstrained;
    vacuous += other.vacuous;
    lsb += other.lsb;
    ulp += other.ulp;
    return *this;
}

ElementCount elements_in_all(const CampaignReport& report) {
    ElementCount all;
    for (const ToleranceCount& each : report.tolerance) {
        all += each.elements;
    }
    return all;
}

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
