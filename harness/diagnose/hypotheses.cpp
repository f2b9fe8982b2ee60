#include "harness/diagnose/hypotheses.hpp"

#include "harness/diagnose/explaining_faults.hpp"

#include <fmt/format.h>

#include <utility>

namespace difftest::harness {
namespace {

bool are_disjoint(const oracle::AllowedSet& a, const oracle::AllowedSet& b) {
    if (a.unconstrained || b.unconstrained || (a.may_be_nan && b.may_be_nan)) {
        return false;
    }
    for (const oracle::Interval& x : a.intervals) {
        for (const oracle::Interval& y : b.intervals) {
            if (x.lo <= y.hi && y.lo <= x.hi) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

std::string hypothesis_text(const graph::Case& value, const Hypothesis& hypothesis) {
    const faults::Placement& first = hypothesis.placements.front();
    std::string text = placement_text(value, first);
    for (std::size_t i = 1; i < hypothesis.placements.size(); ++i) {
        const faults::Placement& next = hypothesis.placements[i];
        text += next.fault.deviation == first.fault.deviation ? ", " + value.graph.node(next.node).name
                                                              : " and " + placement_text(value, next);
    }
    return text;
}

std::vector<Hypothesis> single_hypotheses(const graph::Case& value) {
    std::vector<Hypothesis> hypotheses;
    for (const faults::Fault& fault : faults::all_faults()) {
        const std::vector<graph::NodeId> nodes = faults::applicable_nodes(fault, value);
        for (const graph::NodeId node : nodes) {
            hypotheses.push_back({{{fault, node}}});
        }
        if (nodes.size() > 1) {
            Hypothesis everywhere;
            for (const graph::NodeId node : nodes) {
                everywhere.placements.push_back({fault, node});
            }
            hypotheses.push_back(std::move(everywhere));
        }
    }
    return hypotheses;
}

std::vector<Hypothesis> paired_hypotheses(const graph::Case& value, std::size_t most) {
    std::vector<Hypothesis> singles = single_hypotheses(value);
    std::erase_if(singles, [](const Hypothesis& hypothesis) { return hypothesis.placements.size() > 1; });
    std::vector<Hypothesis> pairs;
    for (std::size_t a = 0; a < singles.size(); ++a) {
        for (std::size_t b = a + 1; b < singles.size(); ++b) {
            const faults::Placement& first = singles[a].placements.front();
            const faults::Placement& second = singles[b].placements.front();
            if (first.fault.deviation != second.fault.deviation) {
                pairs.push_back({{first, second}});
            }
            if (pairs.size() > most) {
                return {};
            }
        }
    }
    return pairs;
}

oracle::Evaluation prediction(const graph::Case& value, const contract::Contract& contract,
                              const Hypothesis& hypothesis) {
    oracle::Rules rules;
    for (const faults::Placement& placement : hypothesis.placements) {
        // With other values the rule may play no part any more: the node is then as it should be.
        if (faults::is_applicable(placement.fault, value, placement.node)) {
            rules.break_rule(placement.fault.deviation, placement.node);
        }
    }
    return oracle::evaluate(value, contract, rules);
}

std::optional<PredictedElement> contradiction(const graph::Case& value, const oracle::Evaluation& predicted,
                                              const std::vector<graph::TensorData>& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const oracle::AllowedTensor& allowed = predicted.of(value.graph.outputs[i]);
        for (std::int64_t element = 0; element < allowed.size(); ++element) {
            if (!allowed.contains(element, outputs[i].at(element))) {
                return PredictedElement{i, element, allowed.at(element).to_string(), outputs[i].at(element)};
            }
        }
    }
    return std::nullopt;
}

std::optional<PredictedElement> contradiction(const graph::Case& value, const oracle::Evaluation& predicted,
                                              const oracle::Evaluation& correct,
                                              const std::vector<graph::TensorData>& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const oracle::AllowedTensor& allowed = predicted.of(value.graph.outputs[i]);
        const oracle::AllowedTensor& right = correct.of(value.graph.outputs[i]);
        for (const std::int64_t element : allowed.wide_indices()) {
            const double got = outputs[i].at(element);
            if (allowed.at(element).unconstrained && !right.contains(element, got)) {
                return PredictedElement{i, element, "anything", got};
            }
        }
    }
    return contradiction(value, predicted, outputs);
}

bool are_separated(const graph::Case& value, const oracle::Evaluation& a, const oracle::Evaluation& b) {
    for (const graph::TensorId id : value.graph.outputs) {
        const oracle::AllowedTensor& one = a.of(id);
        const oracle::AllowedTensor& other = b.of(id);
        for (std::int64_t i = 0; i < one.size(); ++i) {
            if (one.is_point(i) && other.is_point(i) ? one.point(i) != other.point(i)
                                                     : are_disjoint(one.at(i), other.at(i))) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace difftest::harness
