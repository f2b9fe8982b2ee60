#pragma once

#include "harness/workbench/quantization_plan.hpp"

#include <string>

namespace difftest::harness {

/// The model's file with QuantizeLinear and DequantizeLinear around every tensor of the plan, weights and biases as
/// integers; names are those of ONNX Runtime's quantizer (T_scale, T_zero_point, T_quantized, T_quantized_scale).
/// Throws InputError when the file cannot be read again.
std::string qdq_model_bytes(const FloatModel& model, const QuantizationPlan& plan);

}  // namespace difftest::harness
