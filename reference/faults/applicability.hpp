#pragma once

#include "reference/faults/place.hpp"
#include "reference/oracle/rules.hpp"

#include <optional>

/// Where a rule plays a part: at which nodes breaking it can change anything. Each function knows some of the rules and
/// returns nothing for the others; every rule is known to exactly one of them.
namespace difftest::faults {

std::optional<bool> quantization_rule_applies(oracle::Deviation rule, const Place& place);
std::optional<bool> parameter_rule_applies(oracle::Deviation rule, const Place& place);
std::optional<bool> chain_rule_applies(oracle::Deviation rule, const Place& place);
std::optional<bool> contraction_rule_applies(oracle::Deviation rule, const Place& place);
std::optional<bool> geometry_rule_applies(oracle::Deviation rule, const Place& place);
std::optional<bool> tail_rule_applies(oracle::Deviation rule, const Place& place);

}  // namespace difftest::faults
