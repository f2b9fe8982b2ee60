#pragma once

#include "backends/onnxruntime/model_writer.hpp"
#include "reference/graph/case.hpp"

#include <string>
#include <string_view>

namespace difftest::backends::onnxruntime {

[[noreturn]] void fail(const graph::Node& node, std::string_view what);  ///< throws NoModel

/// The tensor in f32.
std::string real(ModelWriter& to, const graph::Case& value, graph::TensorId id);

/// saturate(round_half_to_even(data)) of an f32 value, as u8 or s8.
std::string stored(ModelWriter& to, const graph::Node& node, const std::string& data, graph::DataType type);

/// A node that is no contraction of integers. Each operation in f32 is one of ONNX's.
void lower_node(ModelWriter& to, const graph::Case& value, const graph::Node& node);

/// A contraction of integers as ConvInteger or MatMulInteger.
void lower_integer_contraction(ModelWriter& to, const graph::Case& value, const graph::Node& node);

}  // namespace difftest::backends::onnxruntime
