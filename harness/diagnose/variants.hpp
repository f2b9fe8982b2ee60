#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>

namespace difftest::harness {

/// The case with other values: a function of the case and the number. Inputs and constants of contractions are drawn
/// anew from the type or near the old values; the parameters of other operations are scaled, negated, exchanged or
/// moved, so that no rule is hidden by a neutral value. Shapes, attributes and plans stay. The result may be invalid.
graph::Case variant_of(const graph::Case& value, std::uint64_t number);

}  // namespace difftest::harness
