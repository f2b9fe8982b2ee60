#pragma once

#include "reference/contract/contract.hpp"
#include "reference/faults/faulty_evaluation.hpp"
#include "reference/graph/case.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// The faults of the dictionary that explain a wrong result: with the rule broken at that node, and everything else as
/// the contract grants it, every output element may be what the backend gave. One fault at a time, at one node.
/// `outputs` follows Graph::outputs. Elements that the oracle does not judge say nothing.
std::vector<faults::Placement> explaining_faults(const graph::Case& value, const contract::Contract& contract,
                                                 const std::vector<graph::TensorData>& outputs);

/// "D01 clamp_dropped_mid_chain at quant1".
std::string placement_text(const graph::Case& value, const faults::Placement& placement);

}  // namespace difftest::harness
