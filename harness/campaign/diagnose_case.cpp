#include "harness/campaign/diagnose_case.hpp"

#include "harness/campaign/input_error.hpp"

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
    const Diagnosis diagnosis = diagnose(request.value, request.original ? &*request.original : nullptr,
                                         runner_of(session, isa, plan), request.budget);
    DiagnosisReport report = report_of(request, diagnosis);
    report.isa = isa;
    report.plan = plan;
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace difftest::harness
