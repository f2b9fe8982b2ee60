#include "harness/campaign/run_forecast.hpp"

#include "harness/campaign/case_features.hpp"

#include <algorithm>
#include <utility>

namespace difftest::harness {

RunPattern RunForecast::pattern_of(const std::string& backend, const std::string& isa, const backends::Plan& plan) {
    RunPattern pattern{backend, isa, {}};
    for (const backends::Partition& partition : plan.partitions) {
        const auto first = partition.nodes.empty() ? std::nullopt : value_.graph.find_node(partition.nodes.front());
        if (!first) {
            continue;
        }
        auto known = features_.find(partition.nodes);
        if (known == features_.end()) {
            known = features_.emplace(partition.nodes, features_of(value_, partition.nodes)).first;
        }
        std::vector<std::string> features = known->second;
        features.insert(features.end(), plan.traits.begin(), plan.traits.end());
        pattern.parts.push_back({std::string(graph::name_of(value_.graph.node(*first).operation)),
                                 with_plan(std::move(features), plan.name)});
    }
    return pattern;
}

bool RunForecast::withholds(const std::string& backend, const std::string& isa, const backends::Plan& plan) {
    if (steering_ == nullptr) {
        return false;
    }
    std::vector<RunSteering::Fit> fits = steering_->fits(pattern_of(backend, isa, plan));
    const auto sure = std::find_if(fits.begin(), fits.end(), [](const RunSteering::Fit& fit) { return fit.withholds; });
    if (sure != fits.end() && !makes_all_) {
        ++withheld_[sure->identity];
        return true;
    }
    if (!fits.empty()) {
        made_.push_back({backend, isa, plan.name, std::move(fits)});
    }
    return false;
}

void RunForecast::settle(CaseRecord& record, const std::vector<RunEntry>& entries) const {
    record.withheld = withheld_;
    for (const Made& made : made_) {
        const bool was_judged = std::any_of(entries.begin(), entries.end(), [&made](const RunEntry& entry) {
            const Verdict verdict = entry.judgement.verdict;
            return entry.backend == made.backend && entry.isa == made.isa && entry.plan == made.plan &&
                   (is_pass(verdict) || is_failure(verdict));
        });
        for (const RunSteering::Fit& fit : was_judged ? made.fits : std::vector<RunSteering::Fit>{}) {
            Forecast& forecast = record.forecasts[fit.description];
            ++forecast.runs;
            forecast.failed += std::any_of(record.failures.begin(), record.failures.end(),
                                           [&](const FailureRecord& failure) {
                                               return failure.signature.backend == made.backend &&
                                                      failure.isa == made.isa && failure.plan == made.plan &&
                                                      is_foretold(failure, fit.identity);
                                           })
                                   ? 1
                                   : 0;
        }
    }
}

}  // namespace difftest::harness
