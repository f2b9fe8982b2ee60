#pragma once

#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace difftest::oracle::testing {

/// A chain over one vector of values: the shortest way to ask the oracle about an elementwise operation.
class Chain {
public:
    Chain(graph::DataType type, const std::vector<double>& values)
        : builder_("chain"), size_(static_cast<std::int64_t>(values.size())) {
        last_ = builder_.input("x", graph::TensorData(type, {size_}, values));
    }

    /// Appends a node that reads the chain and then the given constants.
    Chain& then(graph::Operation op, std::vector<graph::TensorId> constants = {},
                graph::DataType type = graph::DataType::f32) {
        std::vector<graph::TensorId> inputs{last_};
        inputs.insert(inputs.end(), constants.begin(), constants.end());
        last_ = builder_.node(fmt::format("node{}", nodes_++), std::move(op), inputs, type);
        return *this;
    }

    graph::TensorId scalar(float value) { return builder_.scalar(fmt::format("c{}", constants_++), value); }
    graph::TensorId integer(double value) {
        return builder_.constant(fmt::format("c{}", constants_++),
                                 graph::TensorData(graph::DataType::s32, {}, {value}));
    }
    graph::TensorId vector(graph::DataType type, const std::vector<double>& values) {
        return builder_.constant(fmt::format("c{}", constants_++), graph::TensorData(type, {size_}, values));
    }

    graph::Case build() const { return builder_.build({last_}); }

    /// The sets of the last node's elements.
    AllowedTensor sets(const contract::Contract& contract = {}, const Rules& rules = {}) const {
        const graph::Case value = build();
        return evaluate(value, contract, rules).of(value.graph.outputs.front());
    }

    /// The set of element 0 as text.
    std::string text(const contract::Contract& contract = {}, const Rules& rules = {}) const {
        return sets(contract, rules).at(0).to_string();
    }

private:
    graph::CaseBuilder builder_;
    std::int64_t size_;
    graph::TensorId last_ = graph::kAbsent;
    int nodes_ = 0;
    int constants_ = 0;
};

/// A contract that grants exactly the given freedoms.
inline contract::Contract granting(std::initializer_list<contract::Freedom> freedoms) {
    return contract::Contract("strict", freedoms);
}

}  // namespace difftest::oracle::testing
