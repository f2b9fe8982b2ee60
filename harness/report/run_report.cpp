#include "harness/report/run_report.hpp"

#include <algorithm>
#include <map>
#include <regex>

namespace difftest::harness {

std::int64_t RunEntry::total(std::int64_t Comparison::*count) const {
    std::int64_t sum = 0;
    for (const auto* compared : {&outputs, &intermediates}) {
        for (const Comparison& each : *compared) {
            sum += each.*count;
        }
    }
    return sum;
}

std::string RunEntry::implementation() const {
    std::vector<std::string> seen;
    std::string text;
    for (const backends::PartitionReport& partition : partitions) {
        if (std::find(seen.begin(), seen.end(), partition.implementation) == seen.end()) {
            seen.push_back(partition.implementation);
            text.append(text.empty() ? "" : " + ").append(partition.implementation);
        }
    }
    return text;
}

const Comparison* RunEntry::comparison(std::string_view tensor) const {
    for (const auto* compared : {&intermediates, &outputs}) {
        for (const Comparison& each : *compared) {
            if (each.tensor == tensor) {
                return &each;
            }
        }
    }
    return nullptr;
}

const OutsideElement* RunEntry::worst() const {
    if (worst_output) {
        const Comparison* named = comparison(*worst_output);
        return named != nullptr && named->worst ? &*named->worst : nullptr;
    }
    const OutsideElement* worst = nullptr;
    for (const Comparison& output : outputs) {
        if (output.worst && (worst == nullptr || output.worst->distance > worst->distance)) {
            worst = &*output.worst;
        }
    }
    return worst;
}

RunSummary summarize(const RunReport& report) {
    RunSummary summary;
    for (const RunEntry& entry : report.entries) {
        const Verdict verdict = entry.judgement.verdict;
        ++summary.runs;
        summary.passed += is_pass(verdict) ? 1 : 0;
        summary.findings += entry.is_finding() ? 1 : 0;
        summary.known += is_failure(verdict) && entry.known_issue ? 1 : 0;
        summary.unsupported += verdict == Verdict::unsupported ? 1 : 0;
        summary.vacuous += verdict == Verdict::vacuous ? 1 : 0;
        summary.harness_errors += verdict == Verdict::harness_error ? 1 : 0;
        summary.bad_inputs += entry.bad_input ? 1 : 0;
    }
    summary.unavailable = std::count_if(report.backends.begin(), report.backends.end(),
                                        [](const BackendUsed& backend) { return !backend.problem.empty(); });
    return summary;
}

std::vector<UnsupportedReason> unsupported_reasons(const RunReport& report) {
    static const std::regex kQuoted("'[^']*'");
    static const std::regex kPostOps(R"( \+ \d+ post-ops?)");
    static const std::regex kOffered(R"( \(offered: .*\))");
    std::map<std::string, std::int64_t> counts;
    for (const RunEntry& entry : report.entries) {
        if (entry.judgement.verdict == Verdict::unsupported) {
            std::string reason = std::regex_replace(entry.judgement.reason, kQuoted, "'...'");
            reason = std::regex_replace(reason, kPostOps, " + post-ops");
            ++counts[std::regex_replace(reason, kOffered, "")];
        }
    }
    std::vector<UnsupportedReason> reasons;
    for (const auto& [reason, runs] : counts) {
        reasons.push_back({reason, runs});
    }
    std::stable_sort(reasons.begin(), reasons.end(),
                     [](const UnsupportedReason& a, const UnsupportedReason& b) { return a.runs > b.runs; });
    return reasons;
}

ExitCode exit_code_of(const RunSummary& summary) {
    if (summary.findings > 0) {
        return ExitCode::finding;
    }
    if (summary.harness_errors > summary.bad_inputs || summary.unavailable > 0) {
        return ExitCode::harness_error;
    }
    if (summary.bad_inputs > 0) {
        return ExitCode::bad_input;
    }
    return summary.passed + summary.known > 0 ? ExitCode::clean : ExitCode::nothing_ran;
}

}  // namespace difftest::harness
