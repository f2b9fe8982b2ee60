#include "reference/faults/faulty_evaluation.hpp"

#include "reference/graph/partial_case.hpp"
#include "reference/oracle/oracle.hpp"
#include "reference/quantize/rounding.hpp"

#include <cmath>
#include <map>
#include <utility>

namespace difftest::faults {
namespace {

/// Of an element that has no value but "not a number", that; else the only one, or one of several.
double point_of(const oracle::AllowedTensor& allowed, std::int64_t index) {
    if (allowed.is_point(index)) {
        return allowed.point(index);
    }
    const oracle::AllowedSet set = allowed.at(index);
    return set.may_be_nan && set.intervals.empty() ? std::nan("") : allowed.point(index);
}

graph::TensorData stored(const oracle::AllowedTensor& allowed) {
    graph::TensorData data(allowed.type(), allowed.shape());
    for (std::int64_t i = 0; i < allowed.size(); ++i) {
        const double value = point_of(allowed, i);
        // What is not a number or not in the type any more is stored as a processor would: the harness sees a value.
        const bool integer = graph::is_integer(allowed.type());
        const bool number = !integer || std::isfinite(value);
        data.set(i, number ? (integer ? quantize::saturate(std::trunc(value), allowed.type()) : value) : 0);
    }
    return data;
}

/// The node as a graph of its own, its inputs as constants.
graph::Case alone(const graph::Case& value, graph::NodeId id, const std::vector<graph::TensorData>& data) {
    const graph::Node& node = value.graph.node(id);
    std::map<graph::TensorId, graph::TensorData> known;
    for (const graph::TensorId input : node.inputs) {
        if (input != graph::kAbsent) {
            known.emplace(input, data[static_cast<std::size_t>(input)]);
        }
    }
    return graph::part_computing(value, node.output, known).value;
}

}  // namespace

std::vector<graph::TensorData> evaluate_split_with_faults(const graph::Case& value,
                                                          std::span<const Placement> placements) {
    std::vector<graph::TensorData> data = value.data;
    for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
        const auto id = static_cast<graph::NodeId>(i);
        std::vector<Placement> here;
        for (const Placement& placement : placements) {
            if (placement.node == id) {
                here.push_back({placement.fault, 0});
            }
        }
        const auto output = static_cast<std::size_t>(value.graph.nodes[i].output);
        data[output] = std::move(evaluate_with_faults(alone(value, id, data), here).front());
    }
    return data;
}

std::vector<Placement> effective_when_split(const graph::Case& value, std::span<const Placement> placements) {
    std::vector<Placement> effective;
    for (const Placement& placement : placements) {
        graph::Case open = alone(value, placement.node, value.data);
        // What the inputs will hold is not known yet: a fault that depends on it is taken to have an effect.
        for (std::size_t i = 0; i < open.data.size(); ++i) {
            if (open.data[i].size() == 0) {
                open.graph.tensors[i].role = graph::TensorRole::intermediate;
            }
        }
        if (!applicable_nodes(placement.fault, open).empty()) {
            effective.push_back(placement);
        }
    }
    return effective;
}

std::vector<graph::TensorData> evaluate_with_faults(const graph::Case& value, std::span<const Placement> placements) {
    oracle::Rules rules;
    for (const Placement& placement : placements) {
        rules.break_rule(placement.fault.deviation, placement.node);
    }
    const oracle::Evaluation evaluation = oracle::evaluate(value, contract::Contract(), rules);
    std::vector<graph::TensorData> outputs;
    for (const graph::TensorId id : value.graph.outputs) {
        outputs.push_back(stored(evaluation.of(id)));
    }
    return outputs;
}

}  // namespace difftest::faults
