#include "harness/campaign/reduction_trial.hpp"

#include "harness/campaign/evaluation_cache.hpp"
#include "harness/campaign/failure_signature.hpp"
#include "harness/campaign/judged_run.hpp"
#include "reference/graph/plan_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <set>
#include <thread>

namespace difftest::harness {
namespace {

bool is_small(const OutsideElement& element, graph::DataType type) {
    if (graph::is_integer(type)) {
        return element.distance <= 1;
    }
    return element.distance <= std::fabs(element.got) * 0x1p-16;  // the last eight of 24 bits
}

void describe_values(Signature& signature, const RunEntry& entry) {
    for (const Comparison& output : entry.outputs) {
        signature.unconstrained = signature.unconstrained || output.unconstrained > 0;
        if (!output.worst) {
            continue;
        }
        signature.pattern = output.pattern;
        const ErrorSize size = is_small(*output.worst, output.type) ? ErrorSize::rounding : ErrorSize::gross;
        signature.error = std::max(signature.error, size);
        for (const OutsideElement& element : output.first) {
            signature.decided = signature.decided || element.expected.is_singleton();
        }
    }
}

/// "execute, SIGSEGV, dnnl::impl::...": without addresses, which differ from run to run.
std::string crash_text(const Crash& crash) {
    std::string text = fmt::format("{} {} {}", crash.stage, crash.signal == 0 ? "exit" : "signal",
                                   crash.signal == 0 ? crash.exit_code : crash.signal);
    const auto frame = std::find_if(crash.frames.begin(), crash.frames.end(),
                                    [](const std::string& each) { return !each.starts_with("libc.so"); });
    const std::size_t open = frame == crash.frames.end() ? std::string::npos : frame->find(" (");
    if (open != std::string::npos) {
        const std::string symbol = frame->substr(open + 2, frame->size() - open - 3);
        text += fmt::format(" in {}", symbol.substr(0, symbol.find('(')));
    }
    return text;
}

std::vector<std::string> families_of(const std::vector<backends::PartitionReport>& partitions) {
    std::set<std::string> families;
    for (const backends::PartitionReport& partition : partitions) {
        if (!partition.implementation.empty()) {  // it did not come to a choice
            families.insert(implementation_family(partition.implementation));
        }
    }
    return {families.begin(), families.end()};
}

std::vector<std::string> accused_among(const std::vector<backends::PartitionReport>& partitions,
                                       const std::vector<std::string>& accused) {
    std::set<std::string> found;
    for (const backends::PartitionReport& partition : partitions) {
        if (std::find(accused.begin(), accused.end(), partition.implementation) != accused.end()) {
            found.insert(partition.implementation);
        }
    }
    return {found.begin(), found.end()};
}

Signature signature_of(const RunEntry& entry, const RunOutcome& outcome, const graph::Graph& graph,
                       const std::vector<std::string>& accused) {
    Signature signature;
    signature.verdict = entry.judgement.verdict;
    signature.implementations = families_of(entry.partitions);
    if (is_failure(signature.verdict)) {
        const std::vector<backends::PartitionReport> suspected = suspects(graph, entry, {});
        signature.suspected = accused.empty() ? families_of(suspected) : accused_among(suspected, accused);
    }
    describe_values(signature, entry);
    std::set<std::string> rules;
    for (const std::string& explanation : entry.explained_by) {
        rules.insert(explanation.substr(0, explanation.find(" at ")));
    }
    signature.rules.assign(rules.begin(), rules.end());
    signature.known_issue = entry.known_issue;
    if (outcome.crash) {
        signature.crash = crash_text(*outcome.crash);
    }
    return signature;
}

Observation observation_of(const RunEntry& entry, const RunOutcome& outcome, const graph::Case& value,
                           const std::vector<std::string>& accused) {
    Observation observation;
    observation.signature = signature_of(entry, outcome, value.graph, accused);
    observation.reason = entry.judgement.reason;
    observation.plan = entry.plan;
    if (const OutsideElement* worst = entry.worst()) {
        const auto output = std::find_if(value.graph.outputs.begin(), value.graph.outputs.end(),
                                         [&](auto id) { return value.graph.tensor(id).name == entry.worst_output; });
        observation.element =
            FailingElement{static_cast<std::size_t>(output - value.graph.outputs.begin()), worst->coordinates};
    }
    return observation;
}

Observation nothing_ran(Verdict verdict, std::string reason) {
    Observation observation;
    observation.signature.verdict = verdict;
    observation.reason = std::move(reason);
    return observation;
}

}  // namespace

/// One thread's share: the backend with as many threads as a case asks for.
class ReductionTrial::Lane {
public:
    Lane(BackendSelection selection, std::vector<KnownIssue> known_issues, const WorkerLimits& limits,
         std::vector<std::string> accused)
        : selection_(std::move(selection)),
          known_issues_(std::move(known_issues)),
          limits_(limits),
          accused_(std::move(accused)) {}

    BackendSession& session(std::optional<int> threads) {
        std::unique_ptr<BackendSession>& session = sessions_[threads];
        if (!session) {
            session = std::make_unique<BackendSession>(selection_, threads, limits_);
        }
        return *session;
    }

    /// `confirm`: see a crash or hang again in a fresh worker.
    Observation run(const graph::Case& value, bool confirm) {
        try {
            return run_on(session(value.execution.threads), value, confirm);
        } catch (const std::exception& error) {
            return nothing_ran(Verdict::harness_error, error.what());
        }
    }

private:
    Observation run_on(BackendSession& started, const graph::Case& value, bool confirm) {
        const std::string isa = value.execution.isas.empty() ? started.description().isa : value.execution.isas.front();
        const BackendSession::Rung rung = started.rung(isa);
        if (rung.worker == nullptr) {
            return nothing_ran(Verdict::unsupported, rung.reason);
        }
        EvaluationCache evaluations(value);
        const JudgingContext context{value, selection_.name, *selection_.kind, started.description(),
                                     isa,   evaluations,     known_issues_,    JudgingDepth::explained};
        LoadedCase loaded = rung.worker->load(value);
        const PlansOutcome offered = loaded.plans();
        if (offered.failure) {
            return observation_of(judged_run(context, backends::Plan{}, *offered.failure), *offered.failure, value,
                                  accused_);
        }
        std::vector<std::string> names;
        for (const backends::PlanOffer& offer : offered.offers) {
            if (const auto* plan = std::get_if<backends::Plan>(&offer)) {
                names.push_back(plan->name);
            }
        }
        const backends::Plan* plan = plan_for(value, offered);
        if (plan == nullptr) {
            return nothing_ran(Verdict::unsupported, "the plan is not offered");
        }
        RunOptions options;
        options.confirm = confirm;
        const RunOutcome outcome = loaded.run(*plan, options);
        Observation observation = observation_of(judged_run(context, *plan, outcome), outcome, value, accused_);
        observation.plans = std::move(names);
        rung.worker->take_incidents();
        return observation;
    }

    /// The plan that the case asks for. A backend leaves out a plan that equals an earlier one; the first stands for
    /// it.
    static const backends::Plan* plan_for(const graph::Case& value, const PlansOutcome& offered) {
        const backends::Plan* first = nullptr;
        for (const backends::PlanOffer& offer : offered.offers) {
            if (const auto* refusal = std::get_if<backends::Refusal>(&offer)) {
                if (!value.execution.plans.empty() && graph::matches_plan(value.execution.plans, refusal->plan)) {
                    return nullptr;
                }
                continue;
            }
            const auto& plan = std::get<backends::Plan>(offer);
            if (graph::matches_plan(value.execution.plans, plan.name)) {
                return &plan;
            }
            first = first == nullptr ? &plan : first;
        }
        return first;
    }

    BackendSelection selection_;
    std::vector<KnownIssue> known_issues_;
    WorkerLimits limits_;
    std::vector<std::string> accused_;
    std::map<std::optional<int>, std::unique_ptr<BackendSession>> sessions_;
};

ReductionTrial::ReductionTrial(const BackendSelection& selection, const std::vector<KnownIssue>& known_issues,
                               std::size_t lanes, const WorkerLimits& limits, const std::vector<std::string>& accused) {
    for (std::size_t i = 0; i < std::max<std::size_t>(lanes, 1); ++i) {
        lanes_.push_back(std::make_unique<Lane>(selection, known_issues, limits, accused));
    }
    const BackendSession& first = lanes_.front()->session(std::nullopt);
    description_ = first.description();
    ladder_ = first.ladder();
}

ReductionTrial::~ReductionTrial() = default;

std::string ReductionTrial::confirmed_reason(const graph::Case& value) {
    return lanes_.front()->run(value, true).reason;
}

std::vector<Observation> ReductionTrial::run(std::span<const graph::Case> cases) {
    std::vector<Observation> result(cases.size());
    const auto work = [&](std::size_t lane) {
        for (std::size_t i = lane; i < cases.size(); i += lanes_.size()) {
            result[i] = lanes_[lane]->run(cases[i], false);  // the reducer repeats what it must
        }
    };
    std::vector<std::jthread> others;
    for (std::size_t lane = 1; lane < std::min(lanes_.size(), cases.size()); ++lane) {
        others.emplace_back(work, lane);
    }
    work(0);
    others.clear();
    return result;
}

}  // namespace difftest::harness
