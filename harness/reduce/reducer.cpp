#include "harness/reduce/reducer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {

std::string Reduction::certificate() const {
    if (!one_minimal) {
        return fmt::format("budget spent after {} tries", tries);
    }
    return fmt::format("1-minimal: no single step of {} passes keeps the failure ({} tries)", passes.size(), tries);
}

Reducer::Reducer(Trial& trial, TrialJournal& journal, ReductionLimits limits,
                 std::function<void(const graph::Case&, const std::string&)> accepted)
    : trial_(trial),
      journal_(journal),
      limits_(std::move(limits)),
      accepted_(std::move(accepted)),
      deadline_(limits_.time.count() > 0 ? std::chrono::steady_clock::now() + limits_.time
                                         : std::chrono::steady_clock::time_point::max()) {}

bool Reducer::out_of_budget() const {
    return static_cast<std::int64_t>(requested_.size()) >= limits_.tries ||
           std::chrono::steady_clock::now() >= deadline_;
}

/// Where a failure comes and goes, one failure among several repetitions counts.
Observation Reducer::repeated(const graph::Case& value, Observation first) {
    for (int i = 1; result_.flaky && i < limits_.repetitions && !same_bug(result_.original.signature, first.signature);
         ++i) {
        Observation next = trial_.run({&value, 1}).front();
        if (same_bug(result_.original.signature, next.signature)) {
            first = std::move(next);
        }
    }
    return first;
}

Observation Reducer::observe(const graph::Case& value) {
    const std::string key = key_of(value);
    if (std::optional<Observation> known = journal_.find(key, value)) {
        return *std::move(known);
    }
    Observation observation = repeated(value, trial_.run({&value, 1}).front());
    journal_.record(key, observation);
    return observation;
}

void Reducer::confirm_start(graph::Case start) {
    // Repetitions of the start have keys of their own, so that a resumed reduction sees the same.
    constexpr int kConfirmations = 3;
    std::vector<Observation> seen;
    for (int i = 0; i < kConfirmations; ++i) {
        const std::string key = fmt::format("{}#{}", key_of(start), i);
        const std::optional<Observation> known = journal_.find(key, start);
        seen.push_back(known ? *known : trial_.run({&start, 1}).front());
        journal_.record(key, seen.back());
    }
    const auto failing = std::find_if(seen.begin(), seen.end(),
                                      [](const Observation& each) { return is_failure(each.signature.verdict); });
    if (failing == seen.end()) {
        const Observation& first = seen.front();
        throw NothingToReduce(fmt::format("{}: {}{}{} in each of {} runs; there is nothing to reduce", start.name,
                                          name_of(first.signature.verdict), first.reason.empty() ? "" : ": ",
                                          first.reason, kConfirmations));
    }
    result_.original = *failing;
    // Memory that nobody wrote may hold the right value by chance.
    result_.flaky = failing->signature.verdict == Verdict::nondeterministic ||
                    failing->signature.verdict == Verdict::unwritten ||
                    !std::all_of(seen.begin(), seen.end(),
                                 [&](const Observation& each) { return same_bug(failing->signature, each.signature); });
    result_.observation = result_.original;
    start.execution.plans = {result_.original.plan};
    cost_ = cost_of(start, limits_.isa_ladder);
    context_ = {result_.original.element, limits_.isa_ladder, result_.original.plans};
    if (accepted_) {
        accepted_(start, "start");
    }
    current_ = std::make_shared<const graph::Case>(std::move(start));
}

std::vector<Reducer::Candidate> Reducer::gather(const std::vector<Opportunity>& opportunities, std::size_t first,
                                                std::size_t& visited) {
    std::vector<Candidate> batch;
    std::size_t unknown = 0;
    while (visited < opportunities.size() && unknown < trial_.width()) {
        const Opportunity& opportunity = opportunities[(first + visited) % opportunities.size()];
        ++visited;
        std::optional<graph::Case> value = opportunity.make();
        if (!value) {
            continue;
        }
        const CaseCost cost = cost_of(*value, limits_.isa_ladder);
        if (!(cost < cost_)) {
            continue;
        }
        std::string key = key_of(*value);
        std::optional<Observation> known = journal_.find(key, *value);
        unknown += known ? 0 : 1;
        const bool taken = known && same_bug(result_.original.signature, known->signature);
        batch.push_back({opportunity.what, *std::move(value), std::move(key), cost, visited - 1, std::move(known)});
        if (taken) {
            break;  // nothing behind it will be asked for
        }
    }
    return batch;
}

void Reducer::observe_all(std::vector<Candidate>& batch) {
    std::vector<graph::Case> cases;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!batch[i].observation) {
            cases.push_back(batch[i].value);
            places.push_back(i);
        }
    }
    if (cases.empty()) {
        return;
    }
    std::vector<Observation> observations = trial_.run(cases);
    for (std::size_t i = 0; i < places.size(); ++i) {
        Candidate& candidate = batch[places[i]];
        candidate.observation = repeated(candidate.value, std::move(observations[i]));
        journal_.record(candidate.key, *candidate.observation);
    }
}

void Reducer::note_other(const Candidate& candidate) {
    const Signature& signature = candidate.observation->signature;
    const std::string text = signature_text(signature);
    for (OtherBug& other : result_.others) {
        if (signature_text(other.signature) == text) {
            if (candidate.cost < cost_of(other.value, limits_.isa_ladder)) {
                other.value = candidate.value;
            }
            return;
        }
    }
    result_.others.push_back({signature, candidate.value});
}

void Reducer::note_passing(const Candidate& candidate) {
    if (!result_.passing || passing_cost_ < candidate.cost) {
        result_.passing = PassingStep{candidate.what, candidate.value};
        passing_cost_ = candidate.cost;
    }
}

bool Reducer::judge(Candidate& candidate, PassStatistics& statistics) {
    requested_.insert(candidate.key);
    ++statistics.offered;
    const Observation& seen = *candidate.observation;
    if (same_bug(result_.original.signature, seen.signature)) {
        ++statistics.accepted;
        return true;
    }
    if (is_failure(seen.signature.verdict)) {
        note_other(candidate);
    } else if (stands(seen.signature)) {
        note_passing(candidate);
    }
    return false;
}

void Reducer::accept(Candidate candidate, std::string_view pass) {
    if (!candidate.observation->plan.empty()) {
        candidate.value.execution.plans = {candidate.observation->plan};
    }
    cost_ = cost_of(candidate.value, limits_.isa_ladder);
    context_.element = candidate.observation->element;
    context_.plans = candidate.observation->plans;
    result_.observation = *std::move(candidate.observation);
    result_.passing.reset();
    if (accepted_) {
        accepted_(candidate.value, fmt::format("{}: {}", pass, candidate.what));
    }
    current_ = std::make_shared<const graph::Case>(std::move(candidate.value));
}

/// True when something was accepted.
bool Reducer::run_pass(const Pass& pass, PassStatistics& statistics) {
    bool any = false;
    std::size_t next = 0;
    while (true) {
        const std::shared_ptr<const graph::Case> current = current_;
        const std::vector<Opportunity> opportunities = pass.opportunities(*current, context_);
        const std::size_t first = opportunities.empty() ? 0 : next % opportunities.size();
        std::size_t visited = 0;
        bool taken = false;
        while (!taken && visited < opportunities.size()) {
            if (out_of_budget()) {
                return any;
            }
            std::vector<Candidate> batch = gather(opportunities, first, visited);
            observe_all(batch);
            for (Candidate& candidate : batch) {
                if (judge(candidate, statistics)) {
                    // Go on behind what was taken: what failed before it is likely to fail again.
                    next = first + candidate.position;
                    accept(std::move(candidate), pass.name());
                    taken = true;
                    break;
                }
            }
        }
        if (!taken) {
            return any;
        }
        any = true;
    }
}

Reduction Reducer::reduce(graph::Case start) {
    result_ = {};
    requested_.clear();
    confirm_start(std::move(start));
    const std::vector<std::unique_ptr<Pass>> passes = all_passes();
    for (const auto& pass : passes) {
        result_.passes.push_back({std::string(pass->name()), 0, 0});
    }
    bool progress = true;
    while (progress && !out_of_budget()) {
        progress = false;
        for (std::size_t i = 0; i < passes.size(); ++i) {
            progress = run_pass(*passes[i], result_.passes[i]) || progress;
        }
    }
    result_.one_minimal = !progress && !out_of_budget();
    result_.minimal = *current_;
    result_.tries = static_cast<std::int64_t>(requested_.size());
    return result_;
}

}  // namespace difftest::harness
