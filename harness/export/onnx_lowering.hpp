#pragma once

#include "harness/export/reproducer.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// A case in the words of ONNX, before it becomes a file (onnx_file.hpp).
namespace difftest::harness {

using OnnxAttribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>;

struct OnnxNode {
    std::string type;
    std::vector<std::string> inputs;  ///< "" = an optional input that is not given
    std::string output;
    std::vector<std::pair<std::string, OnnxAttribute>> attributes;
};

struct OnnxConstant {
    std::string name;
    std::variant<graph::TensorData, std::vector<std::int64_t>> values;  ///< the latter: a vector of int64
};

/// Inputs and outputs are those of the case, by the same names.
struct OnnxGraph {
    std::vector<OnnxNode> nodes;
    std::vector<OnnxConstant> constants;
};

/// The operator set that the nodes are of.
inline constexpr std::int64_t kOnnxOperatorSet = 20;

/// OpenVINO's intermediate representation has nearly the same operations, and none of Q/DQ: its dialect has converted,
/// shifted and scaled values in their place, FakeQuantize as a node, and grouped and biased convolutions as OpenVINO
/// has them.
enum class ModelDialect : std::uint8_t { onnx, openvino };

/// Everything is computed in f32 between DequantizeLinear and QuantizeLinear (QDQ), as ONNX has it; a contraction of
/// integers is the convolution or product of the dequantized operands. Throws NotExpressible, naming the node.
OnnxGraph onnx_graph(const graph::Case& value, ModelDialect dialect = ModelDialect::onnx);

}  // namespace difftest::harness
