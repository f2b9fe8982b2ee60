#pragma once

#include "harness/compare/trace.hpp"

#include <optional>
#include <vector>

namespace difftest::harness {

/// The values of a step's result with which the rest of the chain, as the graph says it, ends in what a backend gave.
struct NeededValue {
    double lo = 0;  ///< may be -infinity: as far as was searched (2^40)
    double hi = 0;
};

/// For every step of the trace the range of values next to the right one that the rest of the chain turns into `got` at
/// the traced element; nothing where no value does, or where the rest is not a chain of element-wise operations. A
/// range outside the type of its tensor, or one that is not a whole number there, names the step that did not happen.
std::vector<std::optional<NeededValue>> needed_values(const graph::Case& value, const Trace& trace, double got);

}  // namespace difftest::harness
