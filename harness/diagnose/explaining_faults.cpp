#include "harness/diagnose/explaining_faults.hpp"

#include "reference/oracle/oracle.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace difftest::harness {
namespace {

bool reproduces(const graph::Case& value, const oracle::Evaluation& faulty,
                const std::vector<graph::TensorData>& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const oracle::AllowedTensor& allowed = faulty.of(value.graph.outputs[i]);
        for (std::int64_t element = 0; element < allowed.size(); ++element) {
            if (!allowed.contains(element, outputs[i].at(element))) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

std::vector<faults::Placement> explaining_faults(const graph::Case& value, const contract::Contract& contract,
                                                 const std::vector<graph::TensorData>& outputs) {
    std::vector<faults::Placement> explanations;
    if (outputs.size() != value.graph.outputs.size()) {
        return explanations;
    }
    for (const faults::Fault& fault : faults::all_faults()) {
        for (const graph::NodeId node : faults::applicable_nodes(fault, value)) {
            oracle::Rules rules;
            rules.break_rule(fault.deviation, node);
            if (reproduces(value, oracle::evaluate(value, contract, rules), outputs)) {
                explanations.push_back({fault, node});
            }
        }
    }
    return explanations;
}

std::string placement_text(const graph::Case& value, const faults::Placement& placement) {
    return fmt::format("{} {} at {}", placement.fault.id, placement.fault.name, value.graph.node(placement.node).name);
}

}  // namespace difftest::harness
