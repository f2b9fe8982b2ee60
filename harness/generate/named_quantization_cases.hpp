#pragma once

#include "reference/graph/case.hpp"

namespace difftest::harness {

/// TVM's quantize pass (seed 004) without its relu: (a + 64) >> 7, clip to -127..127, and a cast to u8 that wraps:
/// -1000 becomes 248, where a saturating store gives 0.
graph::Case requantize_unsigned_cast();

/// A padded convolution of u8 data with a zero point (seed 002), and with one of the weights, too.
graph::Case conv_data_zero_point();
graph::Case conv_both_zero_points();

}  // namespace difftest::harness
