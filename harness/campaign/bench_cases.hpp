#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The fixed cases of `difftest bench`. The same on every machine and in every release, so that ratios can be compared.
namespace difftest::harness {

/// How many distinct small convolutions there are.
inline constexpr std::int64_t kSmallConvolutions = 2520;

/// u8 x s8 convolution, dequantize, relu, quantize to u8: small enough that creating the primitive dominates. `index`
/// is from [0, kSmallConvolutions); all differ in their shapes, so that no kernel can be taken from a cache.
graph::Case small_convolution(std::int64_t index);

/// A convolution as large as those of a network, with the same epilogue.
struct SpeedCase {
    std::int64_t multiplications = 0;  ///< multiply-accumulates, taps in the padding included
    graph::Case value;
};

/// Twenty shapes: pointwise, 3x3, strided, dilated, grouped, depthwise, few channels, one dimension.
std::vector<SpeedCase> speed_cases();

/// s32 -> dequantize per channel, add, relu, quantize to u8, without any convolution, over this many elements.
graph::Case epilogue_case(std::int64_t elements);

}  // namespace difftest::harness
