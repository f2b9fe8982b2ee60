#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <map>
#include <string>
#include <utility>

namespace difftest::harness {

/// The oracle's answers for one case, each contract evaluated once.
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

private:
    const graph::Case& case_;
    std::map<std::string, oracle::Evaluation> evaluations_;
};

}  // namespace difftest::harness
