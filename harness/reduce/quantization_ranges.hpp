#pragma once

#include "reference/graph/case.hpp"

namespace difftest::harness {

/// Whether every fake_quantize that has a range in `before` (input_low < input_high, output_low != output_high, element
/// by element) has one in `after`, node by node; both have the same nodes. A range of a single number quantizes
/// nothing: what a backend makes of it is another question than the one that failed.
bool keeps_quantization_ranges(const graph::Case& before, const graph::Case& after);

}  // namespace difftest::harness
