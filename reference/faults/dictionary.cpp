#include "reference/faults/dictionary.hpp"
#include "reference/faults/applicability.hpp"

#include <algorithm>

namespace difftest::faults {
namespace {

bool applies(oracle::Deviation rule, const Place& place) {
    for (const auto knows : {quantization_rule_applies, parameter_rule_applies, chain_rule_applies,
                             contraction_rule_applies, geometry_rule_applies, tail_rule_applies}) {
        if (const auto answer = knows(rule, place)) {
            return *answer;
        }
    }
    return false;
}

}  // namespace

std::optional<Fault> find_fault(std::string_view name_or_id) {
    const std::span<const Fault> all = all_faults();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const Fault& fault) { return fault.name == name_or_id || fault.id == name_or_id; });
    if (found == all.end()) {
        return std::nullopt;
    }
    return *found;
}

bool is_applicable(const Fault& fault, const graph::Case& value, graph::NodeId node) {
    return applies(fault.deviation, Place(value, node));
}

std::vector<graph::NodeId> applicable_nodes(const Fault& fault, const graph::Case& value) {
    std::vector<graph::NodeId> nodes;
    for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
        const auto id = static_cast<graph::NodeId>(i);
        if (is_applicable(fault, value, id)) {
            nodes.push_back(id);
        }
    }
    return nodes;
}

}  // namespace difftest::faults
