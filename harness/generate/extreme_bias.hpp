#pragma once

#include "harness/generate/case_grower.hpp"

namespace difftest::harness {

/// An s32 bias near an end of its type, one value for each output channel (the first dimension of the weights): what a
/// quantizer leaves when the scale of the bias is too small. Where `positive_data` says that no datum is below 0 it may
/// be the very end; the weights of its channel are then turned so that the sum cannot go beyond.
graph::TensorData bias_near_the_ends(CaseGrower& grower, graph::TensorData& weights, bool positive_data);

/// An s32 bias that cancels a sum of every channel up to a few units: minus the sum that is largest in the channel.
/// `sums` are those without a bias, [N, C, ...].
graph::TensorData bias_that_cancels(ChoiceSource& choices, const graph::TensorData& sums);

}  // namespace difftest::harness
