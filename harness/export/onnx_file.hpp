#pragma once

#include "harness/export/onnx_lowering.hpp"

namespace difftest::harness {

/// model.onnx: the graph of a case. Deterministic.
std::string onnx_model_bytes(const graph::Case& value, const OnnxGraph& graph);

/// input_N.pb and output_N.pb of the standard test data: one tensor with its name.
std::string onnx_tensor_bytes(const std::string& name, const graph::TensorData& values);

}  // namespace difftest::harness
