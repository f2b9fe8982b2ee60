#include "harness/diagnose/explaining_faults.hpp"

#include "harness/diagnose/hypotheses.hpp"

#include <fmt/format.h>

namespace difftest::harness {
std::vector<faults::Placement> explaining_faults(const graph::Case& value, const contract::Contract& contract,
                                                 const std::vector<graph::TensorData>& outputs) {
    std::vector<faults::Placement> explanations;
    if (outputs.size() != value.graph.outputs.size()) {
        return explanations;
    }
    const oracle::Evaluation correct = oracle::evaluate(value, contract);
    for (const Hypothesis& hypothesis : single_hypotheses(value)) {
        if (hypothesis.placements.size() == 1 &&
            !contradiction(value, prediction(value, contract, hypothesis), correct, outputs)) {
            explanations.push_back(hypothesis.placements.front());
        }
    }
    return explanations;
}

std::string placement_text(const graph::Case& value, const faults::Placement& placement) {
    return fmt::format("{} {} at {}", placement.fault.id, placement.fault.name, value.graph.node(placement.node).name);
}

}  // namespace difftest::harness
