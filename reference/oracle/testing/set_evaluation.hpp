#pragma once

#include "reference/graph/case_builder.hpp"
#include "reference/oracle/context.hpp"

#include <cstddef>
#include <random>
#include <utility>
#include <vector>

namespace difftest::oracle::testing {

/// One node whose inputs are sets instead of values.
class SetEvaluation {
public:
    /// The inputs of the node, in the order of its slots; the values are replaced by the sets of `inputs`.
    SetEvaluation(graph::Operation operation, std::vector<AllowedTensor> inputs, graph::DataType output) {
        graph::CaseBuilder builder("sets");
        std::vector<graph::TensorId> ids;
        for (const AllowedTensor& input : inputs) {
            ids.push_back(
                builder.input("input" + std::to_string(ids.size()), graph::TensorData(input.type(), input.shape())));
        }
        value_ = builder.build({builder.node("node", std::move(operation), ids, output)});
        tensors_ = std::move(inputs);
        tensors_.emplace_back();
        real_views_.resize(tensors_.size());
    }

    /// evaluate: the function of the operation, such as evaluate_select.
    template <class Evaluate>
    AllowedTensor run(const Evaluate& evaluate, const contract::Contract& contract = {}) {
        const Rules rules;
        return evaluate(Context{value_, contract, rules, tensors_, real_views_, metrics_}, 0);
    }

    const Metrics& metrics() const { return metrics_; }

private:
    graph::Case value_;
    std::vector<AllowedTensor> tensors_;
    std::vector<RealView> real_views_;
    Metrics metrics_;
};

/// Sets of one to three integers between lo and hi; a third of them are single values.
inline AllowedTensor random_integer_sets(std::mt19937& engine, graph::DataType type, std::int64_t size, int lo,
                                         int hi) {
    AllowedTensor tensor(type, {size});
    for (std::int64_t i = 0; i < size; ++i) {
        AllowedSet set;
        double next = lo + static_cast<int>(engine() % 4U);
        for (auto parts = 1 + engine() % 2; parts > 0 && next <= hi; --parts) {
            const double last = std::min<double>(hi, next + static_cast<int>(engine() % 2U));
            set.intervals.push_back({next, last});
            next = last + 2 + static_cast<int>(engine() % 4U);
        }
        tensor.set(i, std::move(set));
    }
    return tensor;
}

/// The integers of a set.
inline std::vector<double> members_of(const AllowedSet& set) {
    std::vector<double> members;
    for (const Interval& part : set.intervals) {
        for (double value = part.lo; value <= part.hi; ++value) {
            members.push_back(value);
        }
    }
    return members;
}

}  // namespace difftest::oracle::testing
