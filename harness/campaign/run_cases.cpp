#include "harness/campaign/run_cases.hpp"

#include "harness/campaign/backend_session.hpp"
#include "harness/campaign/confirmed_run.hpp"
#include "harness/campaign/evaluation_cache.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/judged_run.hpp"
#include "reference/graph/plan_pattern.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <new>
#include <set>
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

class Runner {
public:
    explicit Runner(const RunRequest& request) : request_(request) {
        if (std::find(request.isas.begin(), request.isas.end(), "all") == request.isas.end()) {
            isas_ = request.isas;
        }
    }

    RunReport run() {
        check_isas();
        for (const graph::Case& value : request_.cases) {
            // A backend offers what the case asks for, beyond what it offers by itself.
            graph::Case requested = value;
            std::vector<std::string>& plans = requested.execution.plans;
            plans = plans.empty() ? request_.plans : plans;
            run_case(requested);
        }
        check_plans();
        if (request_.backends.empty()) {
            say_what_is_missing();
        }
        return std::move(report_);
    }

private:
    /// Nothing when the backend cannot be started, which the report then says.
    BackendSession* session(const BackendSelection& selection, std::optional<int> threads) {
        const auto key = std::pair(selection.name, threads);
        if (const auto found = sessions_.find(key); found != sessions_.end()) {
            return found->second.get();
        }
        std::unique_ptr<BackendSession> started;
        try {
            started = std::make_unique<BackendSession>(selection, threads, request_.limits);
            if (!is_listed(selection)) {
                const backends::Description& is = started->description();
                report_.backends.push_back(
                    {selection.name, is.library, is.library_version, is.library_path, is.runtime, ""});
            }
        } catch (const WorkerUnavailable& error) {
            if (!is_listed(selection)) {
                report_.backends.push_back({selection.name, "", "", "", "", error.what()});
            }
        }
        return sessions_.emplace(key, std::move(started)).first->second.get();
    }

    bool is_listed(const BackendSelection& selection) const {
        return std::any_of(report_.backends.begin(), report_.backends.end(),
                           [&selection](const BackendUsed& each) { return each.name == selection.name; });
    }

    /// A rung that no backend knows is a mistake of the user, not "nothing ran".
    void check_isas() {
        std::set<std::string> known;
        for (const BackendSelection& selection : request_.backends) {
            if (isas_.empty()) {
                return;
            }
            if (const BackendSession* started = session(selection, request_.threads)) {
                known.insert(started->ladder().begin(), started->ladder().end());
            }
        }
        for (std::string& isa : isas_) {
            const auto found = std::find_if(known.begin(), known.end(),
                                            [&isa](const std::string& each) { return same_name(each, isa); });
            if (found != known.end()) {
                isa = *found;
            } else {
                known.erase("");
                throw InputError(fmt::format("--isa {}: unknown ISA ({})", isa,
                                             known.empty() ? "these backends have no ISA to choose"
                                                           : fmt::format("known: all, {}", fmt::join(known, ", "))));
            }
        }
    }

    void check_plans() const {
        for (const std::string& plan : request_.plans) {
            const bool fits = std::any_of(offered_plans_.begin(), offered_plans_.end(),
                                          [&plan](const auto& offered) { return graph::matches_plan(plan, offered); });
            if (!offered_plans_.empty() && !fits) {
                throw InputError(fmt::format("--plan {}: no backend offers it for these cases (offered: {})", plan,
                                             fmt::join(offered_plans_, ", ")));
            }
        }
    }

    void say_what_is_missing() {
        for (const BackendKind& kind : backend_kinds()) {
            if (kind.by_default && !is_available(kind)) {
                report_.not_run.push_back({std::string(kind.name), "", std::string(kind.missing)});
            }
        }
    }

    void run_case(const graph::Case& value) {
        report_.annotations[value.name] = value.annotations;
        EvaluationCache evaluations(value);
        for (const BackendSelection& selection : request_.backends) {
            BackendSession* started =
                session(selection, value.execution.threads ? value.execution.threads : request_.threads);
            if (started == nullptr) {
                continue;  // listed with its reason
            }
            for (const std::string& isa : started->ladder()) {
                if (wanted(isas_, isa) && wanted(value.execution.isas, isa)) {
                    run_rung(value, *started, isa, evaluations);
                }
            }
        }
    }

    void run_rung(const graph::Case& value, BackendSession& started, const std::string& isa,
                  EvaluationCache& evaluations) {
        const std::string& backend = started.selection().name;
        try {
            const BackendSession::Rung rung = started.rung(isa);
            if (rung.worker == nullptr) {
                add_not_run(backend, isa, rung.reason);
                return;
            }
            const JudgingContext context{value, backend,     *started.selection().kind, started.description(),
                                         isa,   evaluations, request_.known_issues};
            run_plans(*rung.worker, context);
        } catch (const WorkerUnavailable& error) {
            add_harness_error(value, backend, isa, error.what());
        } catch (const std::bad_alloc&) {
            add_harness_error(value, backend, isa, "out of memory");
        }
    }

    void run_plans(Worker& worker, const JudgingContext& context) {
        LoadedCase loaded = worker.load(context.value);
        const PlansOutcome offered = loaded.plans();
        if (offered.failure) {
            add(judged_run(context, backends::Plan{}, *offered.failure), context);
        }
        for (const backends::PlanOffer& offer : offered.offers) {
            if (const auto* refusal = std::get_if<backends::Refusal>(&offer)) {
                if (selected(refusal->plan, context)) {
                    add(refused_run(context, *refusal), context);
                }
                continue;
            }
            const auto& plan = std::get<backends::Plan>(offer);
            if (selected(plan.name, context)) {
                add(confirmed_run(loaded, context, plan), context);
            }
        }
        for (const Incident& incident : worker.take_incidents()) {
            add(incident_run(context, incident), context);
        }
    }

    bool selected(const std::string& plan, const JudgingContext& context) {
        offered_plans_.insert(plan);
        return graph::matches_plan(request_.plans, plan) && graph::matches_plan(context.value.execution.plans, plan);
    }

    void add(RunEntry entry, const JudgingContext& context) {
        if (entry.known_issue) {
            count_known_issue(*entry.known_issue, context);
        }
        report_.entries.push_back(std::move(entry));
    }

    void count_known_issue(const std::string& id, const JudgingContext& context) {
        for (KnownIssueSeen& seen : report_.known_issues) {
            if (seen.id == id) {
                ++seen.runs;
                return;
            }
        }
        const auto issue = std::find_if(context.known_issues.begin(), context.known_issues.end(),
                                        [&id](const KnownIssue& each) { return each.id == id; });
        report_.known_issues.push_back({issue->id, issue->title, issue->upstream, 1});
    }

    void add_not_run(const std::string& backend, const std::string& isa, const std::string& reason) {
        const auto same = [&](const RungNotRun& each) { return each.backend == backend && each.isa == isa; };
        if (std::none_of(report_.not_run.begin(), report_.not_run.end(), same)) {
            report_.not_run.push_back({backend, isa, reason});
        }
    }

    void add_harness_error(const graph::Case& value, const std::string& backend, const std::string& isa,
                           const std::string& reason) {
        RunEntry entry;
        entry.case_name = value.name;
        entry.backend = backend;
        entry.isa = isa;
        entry.judgement = {Verdict::harness_error, reason};
        report_.entries.push_back(std::move(entry));
    }

    const RunRequest& request_;
    std::vector<std::string> isas_;
    std::map<std::pair<std::string, std::optional<int>>, std::unique_ptr<BackendSession>> sessions_;
    std::set<std::string> offered_plans_;
    RunReport report_;
};

}  // namespace

RunReport run_cases(const RunRequest& request) {
    return Runner(request).run();
}

}  // namespace difftest::harness
