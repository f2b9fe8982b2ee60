#pragma once

#include "harness/compare/verdict.hpp"
#include "reference/contract/contract.hpp"
#include "reference/faults/sharpness.hpp"
#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <utility>

namespace difftest::harness {

/// The oracle's answers for one case, each contract evaluated once, and each run of a plan that materializes tensors
/// once for all runs that gave the same values.
class EvaluationCache {
public:
    /// `value` must outlive the cache.
    explicit EvaluationCache(const graph::Case& value) : case_(value) {}

    /// With an evaluation that is there already.
    EvaluationCache(const graph::Case& value, const contract::Contract& contract, oracle::Evaluation evaluation)
        : case_(value) {
        evaluations_.emplace(contract.to_string(), std::move(evaluation));
    }

    const oracle::Evaluation& under(const contract::Contract& contract) {
        const std::string key = contract.to_string();
        const auto found = evaluations_.find(key);
        return found != evaluations_.end() ? found->second
                                           : evaluations_.emplace(key, oracle::evaluate(case_, contract)).first->second;
    }

    /// As `under` when nothing was observed.
    const oracle::Evaluation& under(const contract::Contract& contract, const oracle::Observations& observed) {
        if (observed.empty()) {
            return under(contract);
        }
        const std::string key = contract.to_string();
        for (const Resynchronised& known : resynchronised_) {
            if (known.contract == key && known.observed == observed) {
                return known.evaluation;
            }
        }
        return resynchronised_
            .emplace_back(Resynchronised{key, observed, oracle::evaluate_resynchronised(case_, contract, observed)})
            .evaluation;
    }

    /// Whether a fault would show in an output, for an evaluation that this cache has given. It matters for constant
    /// outputs only, and then for every run alike.
    Sharpness sharpness_of(const oracle::Evaluation& evaluation) {
        const auto [found, is_new] = sharpness_.try_emplace(&evaluation);
        if (is_new) {
            const faults::Sharpness sharpness = faults::sharpness_up_to_first(case_, evaluation);
            found->second = {static_cast<std::int64_t>(sharpness.applicable()),
                             static_cast<std::int64_t>(sharpness.exposed())};
        }
        return found->second;
    }

private:
    struct Resynchronised {
        std::string contract;
        oracle::Observations observed;
        oracle::Evaluation evaluation;
    };

    const graph::Case& case_;
    std::map<std::string, oracle::Evaluation> evaluations_;
    std::map<const oracle::Evaluation*, Sharpness> sharpness_;
    std::list<Resynchronised> resynchronised_;  ///< references stay valid
};

}  // namespace difftest::harness
