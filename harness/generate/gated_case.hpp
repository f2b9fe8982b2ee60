#pragma once

#include "harness/generate/gate.hpp"
#include "harness/generate/generator_limits.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace difftest::harness {

/// What a stream of generated cases depends on.
struct GeneratorSetup {
    std::uint64_t seed = 1;
    GeneratorLimits limits;
    GateLimits gate;
    contract::Contract contract = contract::level("onednn2").value();  ///< under which the gate looks
    int most_draws = 16;                                               ///< for one index; the last is taken as it is
};

/// The case at an index, with what the oracle says of it under the setup's contract.
struct GatedCase {
    graph::Case value;
    oracle::Evaluation evaluation;
    std::map<std::string, std::int64_t> refused;  ///< draws that the gate refused, by reason
};

/// A function of the setup and the index alone, whatever came before.
GatedCase gated_case(const GeneratorSetup& setup, std::uint64_t index, const std::string& name);

}  // namespace difftest::harness
