#pragma once

#include "reference/contract/contract.hpp"
#include "reference/faults/faulty_evaluation.hpp"
#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// One rule that is taken to be broken at one or all of its nodes, or two rules.
struct Hypothesis {
    std::vector<faults::Placement> placements;
};

/// "D01 clamp_dropped_mid_chain at quant1, quant2"; two rules are joined by " and ".
std::string hypothesis_text(const graph::Case& value, const Hypothesis& hypothesis);

/// Every fault of the dictionary at every node where it plays a part, and at all of them together.
std::vector<Hypothesis> single_hypotheses(const graph::Case& value);

/// Every two of them, at one node each, that concern different rules; nothing when these are more than `most`.
std::vector<Hypothesis> paired_hypotheses(const graph::Case& value, std::size_t most);

/// What the outputs may be when the hypothesis holds, and everything else as the contract grants it.
oracle::Evaluation prediction(const graph::Case& value, const contract::Contract& contract,
                              const Hypothesis& hypothesis);

/// An output element at which something was seen or predicted.
struct PredictedElement {
    std::size_t output = 0;  ///< index into Graph::outputs
    std::int64_t element = 0;
    std::string predicted;  ///< the set
    double got = 0;
};

/// The first element that is not what the prediction allows; nothing when the prediction reproduces all outputs.
std::optional<PredictedElement> contradiction(const graph::Case& value, const oracle::Evaluation& predicted,
                                              const std::vector<graph::TensorData>& outputs);

/// The same, where a hypothesis must say what a wrong element is: that anything may stand there (it would be out of
/// contract then) explains nothing. `correct` is what the graph says.
std::optional<PredictedElement> contradiction(const graph::Case& value, const oracle::Evaluation& predicted,
                                              const oracle::Evaluation& correct,
                                              const std::vector<graph::TensorData>& outputs);

/// Whether some element must be one thing by the one prediction and another by the other.
bool are_separated(const graph::Case& value, const oracle::Evaluation& a, const oracle::Evaluation& b);

}  // namespace difftest::harness
