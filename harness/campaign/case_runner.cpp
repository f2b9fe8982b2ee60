#include "harness/campaign/case_runner.hpp"

#include "harness/campaign/confirmed_run.hpp"
#include "harness/campaign/evaluation_cache.hpp"
#include "harness/campaign/input_error.hpp"
#include "reference/graph/plan_pattern.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <new>
#include <utility>

namespace difftest::harness {
namespace {

bool wanted(const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

/// ISA names are told apart without regard to case: avx2 is AVX2.
bool same_name(const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char left, unsigned char right) {
        return std::tolower(left) == std::tolower(right);
    });
}

}  // namespace

CaseRunner::CaseRunner(RunSelection selection) : selection_(std::move(selection)) {
    if (std::find(selection_.isas.begin(), selection_.isas.end(), "all") != selection_.isas.end()) {
        selection_.isas.clear();
    }
    check_isas();
}

CaseRunner::~CaseRunner() = default;

BackendSession* CaseRunner::session(const BackendSelection& selection, std::optional<int> threads) {
    const auto key = std::pair(selection.name, threads);
    if (const auto found = sessions_.find(key); found != sessions_.end()) {
        return found->second.get();
    }
    std::unique_ptr<BackendSession> started;
    try {
        started = std::make_unique<BackendSession>(selection, threads, selection_.limits);
        if (!is_listed(selection)) {
            const backends::Description& is = started->description();
            backends_.push_back({selection.name, is.library, is.library_version, is.library_path, is.runtime, ""});
        }
    } catch (const WorkerUnavailable& error) {
        if (!is_listed(selection)) {
            backends_.push_back({selection.name, "", "", "", "", error.what()});
        }
    }
    return sessions_.emplace(key, std::move(started)).first->second.get();
}

bool CaseRunner::is_listed(const BackendSelection& selection) const {
    return std::any_of(backends_.begin(), backends_.end(),
                       [&selection](const BackendUsed& each) { return each.name == selection.name; });
}

/// A rung that no backend knows is a mistake of the user, not "nothing ran".
void CaseRunner::check_isas() {
    std::set<std::string> known;
    for (const BackendSelection& selection : selection_.backends) {
        if (selection_.isas.empty()) {
            return;
        }
        if (const BackendSession* started = session(selection, selection_.threads)) {
            known.insert(started->ladder().begin(), started->ladder().end());
        }
    }
    for (std::string& isa : selection_.isas) {
        const auto found =
            std::find_if(known.begin(), known.end(), [&isa](const std::string& each) { return same_name(each, isa); });
        if (found == known.end()) {
            known.erase("");
            throw InputError(fmt::format("--isa {}: unknown ISA ({})", isa,
                                         known.empty() ? "these backends have no ISA to choose"
                                                       : fmt::format("known: all, {}", fmt::join(known, ", "))));
        }
        isa = *found;
    }
}

void CaseRunner::start() {
    for (const BackendSelection& selection : selection_.backends) {
        BackendSession* started = session(selection, selection_.threads);
        if (started == nullptr) {
            const auto listed = std::find_if(backends_.begin(), backends_.end(), [&selection](const BackendUsed& each) {
                return each.name == selection.name;
            });
            throw WorkerUnavailable(fmt::format("{}: {}", selection.name, listed->problem));
        }
        for (const std::string& isa : started->ladder()) {
            if (!wanted(selection_.isas, isa)) {
                continue;
            }
            if (const BackendSession::Rung rung = started->rung(isa); rung.worker == nullptr) {
                add_not_run(selection.name, isa, rung.reason);
            }
        }
    }
}

std::vector<RunEntry> CaseRunner::run(const graph::Case& value) {
    EvaluationCache evaluations(value);
    return run(value, evaluations);
}

std::vector<RunEntry> CaseRunner::run(const graph::Case& value, EvaluationCache& evaluations,
                                      const WithholdRun& withhold) {
    // A backend offers what the case asks for, beyond what it offers by itself.
    if (value.execution.plans.empty() && !selection_.plans.empty()) {
        graph::Case requested = value;
        requested.execution.plans = selection_.plans;
        return run(requested, evaluations, withhold);
    }
    entries_.clear();
    for (const BackendSelection& selection : selection_.backends) {
        BackendSession* started =
            session(selection, value.execution.threads ? value.execution.threads : selection_.threads);
        if (started == nullptr) {
            continue;  // listed with its reason
        }
        for (const std::string& isa : started->ladder()) {
            if (wanted(selection_.isas, isa) && wanted(value.execution.isas, isa)) {
                run_rung(value, *started, isa, evaluations, withhold);
            }
        }
    }
    return std::move(entries_);
}

void CaseRunner::run_rung(const graph::Case& value, BackendSession& started, const std::string& isa,
                          EvaluationCache& evaluations, const WithholdRun& withhold) {
    const std::string& backend = started.selection().name;
    try {
        const BackendSession::Rung rung = started.rung(isa);
        if (rung.worker == nullptr) {
            add_not_run(backend, isa, rung.reason);
            return;
        }
        const JudgingContext context{value,
                                     backend,
                                     *started.selection().kind,
                                     started.description(),
                                     isa,
                                     evaluations,
                                     selection_.known_issues,
                                     selection_.depth,
                                     selection_.keep_outputs};
        run_plans(*rung.worker, context, withhold);
    } catch (const WorkerUnavailable& error) {
        add_harness_error(value, backend, isa, error.what());
    } catch (const std::bad_alloc&) {
        add_harness_error(value, backend, isa, "out of memory");
    }
}

void CaseRunner::run_plans(Worker& worker, const JudgingContext& context, const WithholdRun& withhold) {
    LoadedCase loaded = worker.load(context.value);
    const PlansOutcome offered = loaded.plans();
    if (offered.failure) {
        entries_.push_back(judged_run(context, backends::Plan{}, *offered.failure));
    }
    for (const backends::PlanOffer& offer : offered.offers) {
        if (const auto* refusal = std::get_if<backends::Refusal>(&offer)) {
            if (selected(refusal->plan, context)) {
                entries_.push_back(refused_run(context, *refusal));
            }
            continue;
        }
        const auto& plan = std::get<backends::Plan>(offer);
        if (selected(plan.name, context) && !(withhold && withhold(context.backend, context.isa, plan))) {
            entries_.push_back(confirmed_run(loaded, context, plan));
        }
    }
    for (const Incident& incident : worker.take_incidents()) {
        entries_.push_back(incident_run(context, incident));
    }
}

bool CaseRunner::selected(const std::string& plan, const JudgingContext& context) {
    offered_plans_.insert(plan);
    return graph::matches_plan(selection_.plans, plan) && graph::matches_plan(context.value.execution.plans, plan);
}

void CaseRunner::add_not_run(const std::string& backend, const std::string& isa, const std::string& reason) {
    const auto same = [&](const RungNotRun& each) { return each.backend == backend && each.isa == isa; };
    if (std::none_of(not_run_.begin(), not_run_.end(), same)) {
        not_run_.push_back({backend, isa, reason});
    }
}

void CaseRunner::add_harness_error(const graph::Case& value, const std::string& backend, const std::string& isa,
                                   const std::string& reason) {
    RunEntry entry;
    entry.case_name = value.name;
    entry.backend = backend;
    entry.isa = isa;
    entry.judgement = {Verdict::harness_error, reason};
    entries_.push_back(std::move(entry));
}

}  // namespace difftest::harness
