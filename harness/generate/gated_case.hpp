#pragma once

#include "harness/generate/gate.hpp"
#include "harness/generate/generator_limits.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
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
    int draw = 0;                                 ///< which draw of the index it is: drawn_case gives it again
    std::map<std::string, std::int64_t> refused;  ///< draws that the gate refused, by reason
    std::set<std::string> avoided;                ///< what `avoid` said of the draws that it refused
    std::int64_t gained = 0;  ///< what it is worth more than the first of the draws that it was compared with
};

/// What a draw of an index shall be like, beyond what the gate asks for.
struct DrawWish {
    /// Says why a drawn case shall not be taken; nothing when it may be. May be empty.
    std::function<std::optional<std::string>(const graph::Case&)> avoid;
    /// How much a drawn case is worth: of `candidates` draws the one that is worth most is tried first, of equal ones
    /// the first. May be empty.
    std::function<std::int64_t(const graph::Case&)> worth;
    int candidates = 1;
};

/// A draw of an index, whatever the gate says: a function of seed, limits, index and draw alone.
graph::Case drawn_case(const GeneratorSetup& setup, std::uint64_t index, int draw, const std::string& name);

/// The first draw that the gate and the wish let pass, or that is worth most among as many as are compared: a function
/// of the setup, the index and the wish alone, whatever came before.
GatedCase gated_case(const GeneratorSetup& setup, std::uint64_t index, const std::string& name,
                     const DrawWish& wish = {});

}  // namespace difftest::harness
