#pragma once

#include "reference/graph/case.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace difftest::backends::quantized {

/// What int8 engines do to the s32 sums of a contraction before they store them in 8 bits:
///
///     clamp(round_half_to_even(f32(sum + bias) * multiplier) + zero_point, lowest, highest)
///
/// Source: XNNPACK's fp32 requantization, ONNX Runtime's MLAS (semantics, sections 1.5 and 1.10).
struct Requantization {
    std::vector<float> multipliers;  ///< above 0: one, or one for each channel
    /// The multipliers times the divisor, without an error: powers of two. Empty where some multiplier is none and
    /// stands for no division by one number at the end.
    std::vector<float> powers;
    float divisor = 1;
    std::vector<std::int64_t> bias;  ///< one, or one for each channel; beside that of the contraction
    std::int64_t zero_point = 0;
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
    std::vector<graph::NodeId> nodes;         ///< that say so, in the order of the graph
    graph::TensorId output = graph::kAbsent;  ///< u8 or s8
    bool associates_scales = false;           ///< F1: the multiplier is a product of scales that the graph has apart
    bool multiplies_by_reciprocal = false;    ///< F3: the multiplier stands for a division
    bool has_scale_and_shift = false;         ///< F13: a fake_quantize whose quotient became a multiplier
};

/// The graph says something else than a Requantization; what, in words that name the node.
class NotRequantized : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads the nodes behind the sums `sums`, of magnitude `largest_sum` at most: multiplications and divisions by
/// positive constants, clamps, an addition of integers in front of them, and the quantize, requantize, convert or
/// fake_quantize (from 0, one level an integer) at their end. `axis` is that of the channels. What the engine computes
/// must be what the graph says: one multiplier in the place of several is claimed only where it is the same number in
/// f32, or where F1 or F3 allow it. Throws NotRequantized.
Requantization read_requantization(const graph::Case& value, graph::TensorId sums, std::size_t axis,
                                   double largest_sum);

}  // namespace difftest::backends::quantized
