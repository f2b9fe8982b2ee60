#include "harness/campaign/recheck.hpp"

#include "harness/campaign/known_issues.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace difftest::harness {
namespace {

/// What is checked: a known issue, or a case by itself.
struct Subject {
    std::string id;
    const KnownIssue* issue = nullptr;
};

/// A failure that has another known reason says nothing about the issue.
bool is_of(const Subject& subject, const RunEntry& entry) {
    return is_failure(entry.judgement.verdict) &&
           (subject.issue == nullptr || !entry.known_issue || *entry.known_issue == subject.id);
}

/// Whether the run could have shown the issue: it asks for a rung, or for an implementation, that not every machine
/// has.
bool could_show(const Subject& subject, const RunEntry& entry) {
    if (subject.issue == nullptr) {
        return true;
    }
    const IssueTrigger& trigger = subject.issue->trigger;
    const auto is_named = [&entry](const std::string& part) {
        return entry.implementation().find(part) != std::string::npos;
    };
    return (trigger.isas.empty() ||
            std::find(trigger.isas.begin(), trigger.isas.end(), entry.isa) != trigger.isas.end()) &&
           (trigger.implementations.empty() ||
            std::any_of(trigger.implementations.begin(), trigger.implementations.end(), is_named));
}

class Recheck {
public:
    Recheck(const RecheckRequest& request, Ledger& ledger)
        : request_(request), ledger_(ledger), runner_(request.selection) {}

    LifecycleReport run() {
        for (const graph::Case& value : request_.cases) {
            check({value.name, nullptr}, value);
        }
        for (const KnownIssue& issue : request_.selection.known_issues) {
            if (is_selected(issue)) {
                check({issue.id, &issue}, graph::read_case(issue.case_file));
            }
        }
        report_.backends = runner_.backends();
        report_.not_run = runner_.not_run();
        for (const BackendUsed& backend : report_.backends) {
            report_.harness_errors += backend.problem.empty() ? 0 : 1;
        }
        return std::move(report_);
    }

private:
    bool is_selected(const KnownIssue& issue) const {
        const auto& backends = request_.selection.backends;
        return std::any_of(backends.begin(), backends.end(),
                           [&issue](const BackendSelection& each) { return each.kind->name == issue.backend; });
    }

    void check(const Subject& subject, const graph::Case& value) {
        const std::vector<RunEntry> entries = runner_.run(value);
        for (const BackendSelection& backend : request_.selection.backends) {
            if (subject.issue == nullptr || backend.kind->name == subject.issue->backend) {
                add(subject, backend.name, entries);
            }
        }
    }

    void add(const Subject& subject, const std::string& backend, const std::vector<RunEntry>& entries) {
        const auto& backends = runner_.backends();
        const auto used = std::find_if(backends.begin(), backends.end(),
                                       [&backend](const BackendUsed& each) { return each.name == backend; });
        if (used == backends.end() || !used->problem.empty()) {
            return;  // listed with its reason
        }
        RecheckedFinding finding;
        finding.id = subject.id;
        finding.is_known_issue = subject.issue != nullptr;
        finding.backend = backend;
        finding.library_version = used->library_version;
        FindingCheck seen;
        seen.is_known_issue = finding.is_known_issue;
        seen.explained = true;
        seen.declared_gone =
            subject.issue != nullptr && is_fixed_in(*subject.issue, used->library, used->library_version);
        for (const RunEntry& entry : entries) {
            if (entry.backend == backend) {
                observe(subject, entry, finding, seen);
            }
        }
        seen.judged = finding.failing_runs + finding.passing_runs > 0;
        seen.failing = finding.failing_runs > 0;
        keep(std::move(finding), seen);
    }

    void observe(const Subject& subject, const RunEntry& entry, RecheckedFinding& finding, FindingCheck& seen) {
        const Verdict verdict = entry.judgement.verdict;
        report_.harness_errors += verdict == Verdict::harness_error ? 1 : 0;
        if (is_of(subject, entry)) {
            ++finding.failing_runs;
            // What nothing explains outweighs the rest.
            if (!entry.known_issue || finding.failing_runs == 1) {
                finding.remark = fmt::format("{} {}: {} {}", entry.isa, entry.plan, name_of(verdict),
                                             entry.known_issue ? *entry.known_issue : entry.judgement.reason);
            }
            seen.explained = seen.explained && entry.known_issue.has_value();
        } else if (is_pass(verdict) && (seen.declared_gone || could_show(subject, entry))) {
            ++finding.passing_runs;
        } else if (is_pass(verdict)) {
            finding.remark = "neither the ISA nor the implementation that it asks for ran here";
        } else if (finding.remark.empty()) {
            finding.remark = entry.judgement.reason;
        }
    }

    void keep(RecheckedFinding finding, const FindingCheck& seen) {
        const Ledger::Entry before = ledger_.of(finding.id, finding.backend, finding.library_version);
        const auto [state, passes] = next_state(before.state, before.passes, seen, request_.passes_until_fixed);
        finding.before = before.state;
        finding.passes = passes;
        finding.state = seen.judged ? state : FindingState::not_run;
        if (seen.judged) {
            finding.remark = seen.failing ? finding.remark : "";
            ledger_.set(finding.id, finding.backend, finding.library_version, {state, passes});
        }
        report_.findings.push_back(std::move(finding));
    }

    const RecheckRequest& request_;
    Ledger& ledger_;
    CaseRunner runner_;
    LifecycleReport report_;
};

}  // namespace

LifecycleReport recheck(const RecheckRequest& request, Ledger& ledger) {
    return Recheck(request, ledger).run();
}

}  // namespace difftest::harness
