#pragma once

#include "backends/onnxruntime/model_writer.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::backends::onnxruntime {

[[noreturn]] void fail(const graph::Node& node, std::string_view what);  ///< throws NoModel

/// Padding as ONNX has it: all begins, then all ends.
std::vector<std::int64_t> joined(const std::vector<std::int64_t>& begin, const std::vector<std::int64_t>& end);

/// The tensor in f32.
std::string real(ModelWriter& to, const graph::Case& value, graph::TensorId id);

/// saturate(round_half_to_even(data)) of an f32 value, as u8 or s8.
std::string stored(ModelWriter& to, const graph::Node& node, const std::string& data, graph::DataType type);

/// A node that is no contraction of integers. Each operation in f32 is one of ONNX's.
void lower_node(ModelWriter& to, const graph::Case& value, const graph::Node& node);

/// A contraction of integers as ConvInteger or MatMulInteger.
void lower_integer_contraction(ModelWriter& to, const graph::Case& value, const graph::Node& node);

}  // namespace difftest::backends::onnxruntime
