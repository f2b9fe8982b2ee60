#include "harness/campaign/reduce_case.hpp"

#include "harness/campaign/backend_session.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/case_observation.hpp"
#include "harness/campaign/diagnose_case.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/reduction_trial.hpp"
#include "harness/reduce/neighbourhood.hpp"
#include "harness/reduce/reducer.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <system_error>

namespace difftest::harness {
namespace {

CaseSize size_of(const graph::Case& value) {
    CaseSize size;
    size.nodes = static_cast<std::int64_t>(value.graph.nodes.size());
    for (const graph::TensorData& data : value.data) {
        size.elements_in += data.shape().empty() && data.bytes().empty() ? 0 : data.size();
    }
    for (const graph::TensorId id : value.graph.outputs) {
        size.elements_out += graph::element_count(value.graph.tensor(id).shape).value_or(0);
    }
    return size;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char left, unsigned char right) {
        return std::tolower(left) == std::tolower(right);
    });
}

void put_first(std::vector<std::string>& names, const std::string& wanted) {
    std::stable_partition(names.begin(), names.end(),
                          [&wanted](const std::string& each) { return same_name(each, wanted); });
}

/// The rungs to look for the failure on, highest first.
std::vector<std::string> rungs(const ReduceRequest& request, const ReductionTrial& trial) {
    std::vector<std::string> result;
    for (const std::string& isa : trial.ladder()) {
        const std::vector<std::string>& own = request.value.execution.isas;
        const bool wanted = request.isa ? same_name(isa, *request.isa)
                                        : own.empty() || std::find(own.begin(), own.end(), isa) != own.end();
        if (wanted) {
            result.push_back(isa);
        }
    }
    if (result.empty()) {
        throw InputError(fmt::format("reduce: {} has no ISA {}", request.backend.name,
                                     request.isa.value_or("that the case asks for")));
    }
    put_first(result, request.wanted_isa);
    return result;
}

/// "jit:avx2 + ref:any" -> "jit:avx2", "ref:any"
std::vector<std::string> names_in(const std::string& implementations) {
    constexpr std::string_view kBetween = " + ";
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < implementations.size();) {
        const std::size_t end = std::min(implementations.find(kBetween, begin), implementations.size());
        names.push_back(implementations.substr(begin, end - begin));
        begin = end + kBetween.size();
    }
    return names;
}

/// Empty for a backend without rungs.
std::vector<std::string> named_rungs(const ReductionTrial& trial) {
    std::vector<std::string> names = trial.ladder();
    names.erase(std::remove(names.begin(), names.end(), ""), names.end());
    return names;
}

/// The plans to look for the failure with: the one that was asked for, or all that are offered.
std::vector<std::string> plans(const ReduceRequest& request, const graph::Case& value, Trial& trial) {
    if (request.plan) {
        return {*request.plan};
    }
    if (!value.execution.plans.empty()) {
        return value.execution.plans;
    }
    std::vector<std::string> offered = trial.run({&value, 1}).front().plans;
    put_first(offered, request.wanted_plan);
    return offered;
}

/// The case with the first ISA and plan on which it fails; one that no known issue explains comes first.
graph::Case first_failure(const ReduceRequest& request, ReductionTrial& trial) {
    std::optional<graph::Case> known;
    std::string seen;
    for (const std::string& isa : rungs(request, trial)) {
        graph::Case value = request.value;
        if (!isa.empty()) {  // a backend without rungs has nothing to choose
            value.execution.isas = {isa};
        }
        for (const std::string& plan : plans(request, value, trial)) {
            value.execution.plans = {plan};
            const Observation observation = trial.run({&value, 1}).front();
            const Verdict verdict = observation.signature.verdict;
            seen += fmt::format("{}{} {}: {}", seen.empty() ? "" : ", ", isa, plan, name_of(verdict));
            const bool is_wanted = request.wanted_implementation.empty() || !observation.signature.suspected.empty();
            if (!is_failure(verdict) || !is_wanted) {
                continue;
            }
            if (!observation.signature.known_issue) {
                return value;
            }
            if (!known) {
                known = value;
            }
        }
    }
    if (!known) {
        const std::string in =
            request.wanted_implementation.empty() ? "" : fmt::format(" in {}", request.wanted_implementation);
        throw InputError(fmt::format("{}: does not fail on {}{}, so there is nothing to reduce ({})",
                                     request.value.name, request.backend.name, in,
                                     seen.empty() ? "no plan is offered" : seen));
    }
    return *known;
}

void describe_neighbourhood(FindingReport& report, const Neighbourhood& neighbourhood) {
    for (const Condition& each : neighbourhood.conditions) {
        report.conditions.push_back({each.what, each.own, each.fails, each.passes, each.others, each.text()});
    }
    for (const Switched& each : neighbourhood.switches) {
        report.switches.push_back({each.property, each.own, each.decides(), each.text()});
    }
    if (neighbourhood.passing) {
        report.passing = neighbourhood.passing->what;
    }
}

/// "oneDNN from 2.6 before 3.0"; empty where no known issue explains the failure.
std::string affected_releases(const ReduceRequest& request, const std::optional<std::string>& id) {
    const auto issue = std::find_if(request.known_issues.begin(), request.known_issues.end(),
                                    [&id](const KnownIssue& each) { return each.id == id; });
    if (issue == request.known_issues.end()) {
        return "";
    }
    std::string text = issue->library;
    for (const ReleaseRange& range : issue->affected) {
        text += fmt::format("{}{}{}", &range == &issue->affected.front() ? "" : " and",
                            range.from.empty() ? "" : " from " + range.from,
                            range.before.empty() ? "" : " before " + range.before);
        text += range.from.empty() && range.before.empty() ? ", all releases" : range.before.empty() ? " on" : "";
    }
    return text;
}

FindingReport report_of(const ReduceRequest& request, const ReductionTrial& trial, const Reduction& reduction) {
    FindingReport report;
    const Signature& signature = reduction.observation.signature;
    report.case_name = request.value.name;
    report.backend = request.backend.name;
    report.library = trial.description().library;
    report.library_version = trial.description().library_version;
    const std::vector<std::string>& isas = reduction.minimal.execution.isas;
    report.isa = isas.empty() ? "" : isas.front();
    report.plan = reduction.minimal.execution.plans.front();
    report.verdict = name_of(signature.verdict);
    report.reason = reduction.observation.reason;
    report.implementations = signature.implementations;
    report.rules = signature.rules;
    report.known_issue = signature.known_issue;
    report.affected = affected_releases(request, signature.known_issue);
    report.signature = signature_text(signature);
    report.original = size_of(request.value);
    report.minimal = size_of(reduction.minimal);
    report.one_minimal = reduction.one_minimal;
    report.flaky = reduction.flaky;
    report.tries = reduction.tries;
    report.certificate = reduction.certificate();
    for (const PassStatistics& pass : reduction.passes) {
        report.passes.push_back({pass.name, pass.offered, pass.accepted});
    }
    const BackendSelection& backend = request.backend;
    report.reproduce = fmt::format("difftest --case minimal.json --backend {}",
                                   backend.anywhere.empty() ? backend.name : backend.anywhere);
    return report;
}

/// What of the dictionary explains wrong values; nothing for other failures, and none that a budget cut short.
std::optional<DiagnosisReport> diagnosis_of(const ReduceRequest& request, const Reduction& reduction) {
    if (reduction.observation.signature.verdict != Verdict::violation || !reduction.one_minimal) {
        return std::nullopt;
    }
    DiagnoseRequest diagnose;
    diagnose.value = reduction.minimal;
    diagnose.original = request.value;
    diagnose.backend = request.backend;
    diagnose.budget.runs = 24;  // a backend may compile a kernel for each
    return diagnose_case(diagnose);
}

graph::Case named(graph::Case value, const std::string& suffix) {
    value.name = value.name.substr(0, 150) + suffix;
    return value;
}

}  // namespace

FindingReport reduce_case(const ReduceRequest& request) {
    std::error_code error;
    std::filesystem::create_directories(request.folder, error);
    if (error) {
        throw InputError(fmt::format("{}: cannot be made: {}", request.folder.string(), error.message()));
    }
    const std::vector<std::string> accused = names_in(request.wanted_implementation);
    ReductionTrial trial(request.backend, request.known_issues, request.jobs, request.limits, accused);
    const graph::Case start = first_failure(request, trial);
    const std::string subject =
        fmt::format("{} on {} {}, in {}", key_of(start), request.backend.name, trial.description().library_version,
                    accused.empty() ? "whatever fails" : request.wanted_implementation);
    std::optional<TrialJournal> journal;
    try {
        journal.emplace(request.folder / "journal.jsonl", subject);
    } catch (const std::runtime_error& unusable) {
        throw InputError(unusable.what());
    }
    graph::write_case(request.value, request.folder / "case.json");
    ReductionLimits limits;
    limits.tries = request.tries;
    limits.time = request.time;
    limits.isa_ladder = named_rungs(trial);
    std::erase_if(limits.isa_ladder, [&request](const std::string& isa) {
        const std::vector<std::string>& wanted = request.wanted_isas;
        return !wanted.empty() && std::find(wanted.begin(), wanted.end(), isa) == wanted.end();
    });
    Reducer reducer(trial, *journal, limits, [&request](const graph::Case& value, const std::string& step) {
        graph::write_case(named(value, "_minimal"), request.folder / "minimal.json");
        if (request.progress) {
            request.progress(fmt::format("{} -> {}", step, size_text(value)));
        }
    });
    try {
        const Reduction reduction = reducer.reduce(start);
        graph::write_case(named(reduction.minimal, "_minimal"),
                          request.folder / "minimal.json");  // perhaps no step was taken
        FindingReport report = report_of(request, trial, reduction);
        const Neighbourhood around = explore(
            reduction.minimal, reduction.original.signature, reduction.passing,
            [&reducer](const graph::Case& value) { return reducer.observe(value); }, named_rungs(trial));
        describe_neighbourhood(report, around);
        if (!reduction.observation.signature.crash.empty()) {
            report.reason = trial.confirmed_reason(reduction.minimal);
        }
        report.diagnosis = diagnosis_of(request, reduction);
        if (around.passing) {
            graph::write_case(named(around.passing->value, "_passing"), request.folder / "passing.json");
        }
        for (std::size_t i = 0; i < reduction.others.size(); ++i) {
            const std::string file = fmt::format("other_{}.json", i + 1);
            graph::write_case(named(reduction.others[i].value, fmt::format("_other_{}", i + 1)), request.folder / file);
            report.others.push_back({signature_text(reduction.others[i].signature), file});
        }
        write_text(finding_document(report), request.folder / "finding.json");
        write_text(finding_readme(report), request.folder / "README.md");
        if (reduction.observation.signature.verdict != Verdict::hang) {  // each run would take as long as a worker may
            BackendSession session(request.backend, reduction.minimal.execution.threads, request.limits);
            write_text(observation_document(session, request.folder), request.folder / "observation.json");
        }
        return report;
    } catch (const NothingToReduce& nothing) {
        throw InputError(nothing.what());
    }
}

}  // namespace difftest::harness
