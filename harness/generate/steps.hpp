#pragma once

#include "harness/generate/case_grower.hpp"
#include "harness/generate/step.hpp"

#include <cstdint>

namespace difftest::harness {

/// Takes the step where it fits the current tensor (or where it makes an input of its own at the start); false when it
/// does not fit, and then nothing has changed but decisions.
bool take_step(CaseGrower& grower, Step step);

// One file for each family. The current tensor is there unless said otherwise.
bool add_window(CaseGrower& grower, bool transposed);  ///< also at the start
bool add_pointwise(CaseGrower& grower);                ///< also at the start
bool add_depthwise(CaseGrower& grower);                ///< also at the start
bool add_matmul(CaseGrower& grower);                   ///< also at the start
bool add_inner_product(CaseGrower& grower);            ///< also at the start
void add_data(CaseGrower& grower);                     ///< an input, at the start
bool add_pooling(CaseGrower& grower);
bool add_resampling(CaseGrower& grower);
bool add_reduction(CaseGrower& grower);
bool add_softmax(CaseGrower& grower);
bool add_concat(CaseGrower& grower);
bool add_permute(CaseGrower& grower);
bool add_reshape(CaseGrower& grower);
bool add_slice(CaseGrower& grower);
bool add_reorder(CaseGrower& grower);
bool add_scale(CaseGrower& grower);
bool add_addend(CaseGrower& grower);
bool add_binary(CaseGrower& grower);
bool add_compare(CaseGrower& grower);
bool add_eltwise(CaseGrower& grower);
bool add_relu(CaseGrower& grower);
bool add_clip(CaseGrower& grower);
bool add_function(CaseGrower& grower);
bool add_prelu(CaseGrower& grower);
bool add_sum(CaseGrower& grower);
bool add_select(CaseGrower& grower);
bool add_fake_quantize(CaseGrower& grower);
bool add_quantize(CaseGrower& grower);
bool add_dequantize(CaseGrower& grower);
bool add_requantize(CaseGrower& grower);
bool add_fixed_point(CaseGrower& grower);
bool add_shift_round(CaseGrower& grower);
bool add_convert(CaseGrower& grower);
bool add_half(CaseGrower& grower);
bool add_join(CaseGrower& grower);
bool add_branch(CaseGrower& grower);

/// Sizes where kernels change their ways: 1, a block or vector width, and one off them.
std::int64_t size_near_blocks(ChoiceSource& choices, std::int64_t most);

/// Data of an input or operand: an integer type in a data mode, or a floating-point type around `magnitude`.
graph::TensorData drawn_data(CaseGrower& grower, graph::DataType type, const graph::Shape& shape, double magnitude);

}  // namespace difftest::harness
