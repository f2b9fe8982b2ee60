#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <map>
#include <string>

namespace difftest::harness {

/// The oracle's answers for one case, each contract evaluated once.
class EvaluationCache {
public:
    /// `value` must outlive the cache.
    explicit EvaluationCache(const graph::Case& value) : case_(value) {}

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
