#include "harness/campaign/diagnose_case.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/campaign/reduction_trial.hpp"
#include "harness/diagnose/error_portrait.hpp"
#include "harness/reduce/neighbourhood.hpp"
#include "reference/oracle/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace difftest::harness {
namespace {

const backends::Plan* find_plan(const PlansOutcome& offered, const std::string& name) {
    for (const backends::PlanOffer& offer : offered.offers) {
        const auto* plan = std::get_if<backends::Plan>(&offer);
        if (plan != nullptr && (name.empty() || plan->name == name)) {
            return plan;
        }
    }
    return nullptr;
}

/// Every element was written, and the same in every execution.
bool gives_values(const RunOutcome& outcome) {
    const auto none = [](const std::vector<std::int64_t>& counts) {
        return std::all_of(counts.begin(), counts.end(), [](std::int64_t count) { return count == 0; });
    };
    return outcome.status == RunStatus::completed && none(outcome.unwritten) && none(outcome.nondeterministic);
}

DiagnosisReport report_of(const DiagnoseRequest& request, const Diagnosis& diagnosis) {
    DiagnosisReport report;
    report.case_name = request.value.name;
    report.backend = request.backend.name;
    for (std::size_t i = 0; i < diagnosis.standing.size(); ++i) {
        DiagnosisRule rule{diagnosis.named[i], "", "", ""};
        for (const faults::Placement& placement : diagnosis.standing[i].placements) {
            const auto add = [](std::string& text, std::string_view part) {
                text += (text.empty() ? "" : " / ") + std::string(part);
            };
            add(rule.rule, placement.fault.rule);
            add(rule.deviates, placement.fault.deviates);
            add(rule.seen_in, placement.fault.seen_in);
        }
        report.named.push_back(std::move(rule));
    }
    report.unexplained = diagnosis.unexplained;
    for (const RejectedHypothesis& rejected : diagnosis.rejected) {
        report.rejected.push_back({rejected.text, rejected.because});
    }
    report.runs = diagnosis.runs;
    report.confirmations = diagnosis.confirmations;
    return report;
}

void add_portraits(DiagnosisReport& report, const graph::Case& value, const RunBackend& run) {
    const std::optional<ObservedOutputs> observed = run(value);
    if (!observed) {
        return;
    }
    for (ErrorPortrait& each : portraits(value, oracle::evaluate(value, observed->contract), observed->outputs)) {
        report.portraits.push_back({std::move(each.tensor), std::move(each.places), std::move(each.values)});
    }
}

graph::Case asked_for(const graph::Case& value, const std::string& isa, const std::string& plan) {
    graph::Case asked = value;
    asked.execution.isas = isa.empty() ? std::vector<std::string>{} : std::vector{isa};
    asked.execution.plans = plan.empty() ? std::vector<std::string>{} : std::vector{plan};
    return asked;
}

/// The case itself on every rung and with every plan that is offered there.
void add_elsewhere(DiagnosisReport& report, const graph::Case& value, ReductionTrial& trial) {
    for (const std::string& isa : trial.ladder()) {
        const graph::Case first = asked_for(value, isa, "");
        const std::vector<std::string> plans = trial.run({&first, 1}).front().plans;
        for (const std::string& plan : plans) {
            const graph::Case asked = asked_for(value, isa, plan);
            const Observation seen = trial.run({&asked, 1}).front();
            report.elsewhere.push_back(
                {isa, plan, std::string(name_of(seen.signature.verdict)), seen.signature.implementations});
        }
    }
}

/// Which numbers and properties of the case decide, on its rung and with its plan.
void add_properties(DiagnosisReport& report, const graph::Case& value, ReductionTrial& trial) {
    graph::Case asked = asked_for(value, report.isa, report.plan);
    const Observation seen = trial.run({&asked, 1}).front();
    const Signature& bug = seen.signature;
    if (!is_failure(bug.verdict)) {
        return;
    }
    asked = asked_for(value, report.isa, seen.plan);
    const Neighbourhood around = explore(asked, bug, std::nullopt,
                                         [&trial](const graph::Case& each) {
                                             return trial.run({&each, 1}).front();
                                         },
                                         {});
    for (const Condition& each : around.conditions) {
        report.properties.push_back({each.what, std::to_string(each.own), each.decides(), each.text()});
    }
    for (const Switched& each : around.switches) {
        report.properties.push_back({each.property, each.own, each.decides(), each.text()});
    }
}

}  // namespace

RunBackend runner_of(BackendSession& session, const std::string& isa, const std::string& plan) {
    return [&session, isa, plan](const graph::Case& value) -> std::optional<ObservedOutputs> {
        const BackendSession::Rung rung = session.rung(isa);
        if (rung.worker == nullptr) {
            return std::nullopt;
        }
        graph::Case asked = value;
        if (!plan.empty()) {
            asked.execution.plans = {plan};
        }
        LoadedCase loaded = rung.worker->load(asked);
        const PlansOutcome offered = loaded.plans();
        const backends::Plan* found = offered.failure ? nullptr : find_plan(offered, plan);
        if (found == nullptr) {
            return std::nullopt;
        }
        RunOutcome outcome = loaded.run(*found);
        rung.worker->take_incidents();
        if (!gives_values(outcome)) {
            return std::nullopt;
        }
        return ObservedOutputs{std::move(outcome.outputs), outcome.contract};
    };
}

DiagnosisReport diagnose_case(const DiagnoseRequest& request) {
    const auto start = std::chrono::steady_clock::now();
    BackendSession session(request.backend, request.value.execution.threads);
    const std::vector<std::string>& own_isas = request.value.execution.isas;
    const std::vector<std::string>& own_plans = request.value.execution.plans;
    const std::string isa = request.isa.value_or(own_isas.empty() ? session.description().isa : own_isas.front());
    const std::string plan = request.plan.value_or(own_plans.empty() ? "" : own_plans.front());
    if (session.rung(isa).worker == nullptr) {
        throw InputError(
            fmt::format("diagnose: {} does not run on {}: {}", request.backend.name, isa, session.rung(isa).reason));
    }
    const RunBackend run = runner_of(session, isa, plan);
    const Diagnosis diagnosis =
        diagnose(request.value, request.original ? &*request.original : nullptr, run, request.budget);
    DiagnosisReport report = report_of(request, diagnosis);
    report.isa = isa;
    report.plan = plan;
    add_portraits(report, request.value, run);
    if (request.look_around) {
        ReductionTrial trial(request.backend, {}, 1);
        add_properties(report, request.value, trial);
        add_elsewhere(report, request.value, trial);
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace difftest::harness
