#pragma once

#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <optional>
#include <string_view>

namespace difftest::harness {

/// What a case may have and still be worth running (semantics, section 3.6). It is the generator that is held to this,
/// never the backend: what passes is judged in every element that the contract pins down.
struct GateLimits {
    double most_unconstrained = 0.01;  ///< share of the outputs' elements that lie outside the contract
    /// Share of the integer outputs' elements that have more than one allowed value: behind at most one sum of
    /// products, and behind several.
    double most_ambiguous = 0.001;
    double most_ambiguous_behind_several = 0.01;
    std::int64_t largest_set = 4;  ///< most integers that an element may be
    bool must_expose = true;       ///< where the output is constant, some fault of the dictionary must show
};

/// Why the case is not worth running; nothing when it is. `evaluation` is that of the case under the contract that it
/// is generated for.
std::optional<std::string_view> complaint_of_gate(const GateLimits& limits, const graph::Case& value,
                                                  const oracle::Evaluation& evaluation);

}  // namespace difftest::harness
