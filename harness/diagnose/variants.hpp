#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>

namespace difftest::harness {

/// The case with other values: a function of the case and the number. Inputs and constants of contractions are drawn
/// anew from the type or near the old values; the parameters of other operations, and the numbers of activations, are
/// scaled, negated, exchanged, moved or given to each channel, so that no rule is hidden by a neutral value. Everything
/// else stays. The result may be invalid.
graph::Case variant_of(const graph::Case& value, std::uint64_t number);

}  // namespace difftest::harness
