#include "reference/faults/faulty_evaluation.hpp"

#include "reference/oracle/oracle.hpp"
#include "reference/quantize/rounding.hpp"

#include <cmath>

namespace difftest::faults {
namespace {

graph::TensorData stored(const oracle::AllowedTensor& allowed) {
    graph::TensorData data(allowed.type(), allowed.shape());
    for (std::int64_t i = 0; i < allowed.size(); ++i) {
        const double value = allowed.point(i);
        // What is not a number or not in the type any more is stored as a processor would: the harness sees a value.
        const bool integer = graph::is_integer(allowed.type());
        const bool number = !integer || std::isfinite(value);
        data.set(i, number ? (integer ? quantize::saturate(std::trunc(value), allowed.type()) : value) : 0);
    }
    return data;
}

}  // namespace

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
