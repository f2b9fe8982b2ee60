#pragma once

#include <nlohmann/json_fwd.hpp>

namespace difftest::harness {

/// Adds what observation.json shows to a finding's view: the heat maps of the outputs of the minimal case and of its
/// passing neighbour, the histogram of the original case, and the trace. Nothing where it is null.
void add_observation(nlohmann::ordered_json& view, const nlohmann::ordered_json& observation);

}  // namespace difftest::harness
