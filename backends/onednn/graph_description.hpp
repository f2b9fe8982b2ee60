#pragma once

#include "reference/graph/case.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// A case in the terms of oneDNN's Graph API, without the library: its operations work on f32, and integers stand
/// behind Quantize and in front of Dequantize. Source of names and attributes: the developer guide's operation set.
namespace difftest::backends::onednn {

using GraphValueId = std::size_t;
using GraphAttribute =
    std::variant<std::int64_t, float, bool, std::string, std::vector<std::int64_t>, std::vector<float>>;

/// What flows between two operations: f32, s8 or u8, dense and row-major.
struct GraphValue {
    graph::DataType type = graph::DataType::f32;
    graph::Shape shape;                        ///< at least one dimension
    graph::TensorId tensor = graph::kAbsent;   ///< of the case, whose values these are; absent for values of its own
    std::optional<graph::TensorData> literal;  ///< a constant that the lowering computed
    bool is_constant = false;
    bool is_output = false;  ///< of the case
};

struct GraphOperation {
    std::string kind;         ///< "Convolution"
    graph::NodeId node = -1;  ///< that it is part of
    std::vector<GraphValueId> inputs;
    std::vector<GraphValueId> outputs;
    std::vector<std::pair<std::string, GraphAttribute>> attributes;
};

/// A sum of products over integers: `operation` and the two that dequantize its operands. It is exact where the library
/// runs the three as one, and otherwise only where its sums stay below 2^24.
struct IntegerContraction {
    std::size_t operation = 0;
    std::vector<std::size_t> dequantizations;
    bool is_exact_in_f32 = false;
    bool has_scale = false;  ///< its result's factor is the scale of the weights
};

struct GraphDescription {
    std::vector<GraphValue> values;
    std::vector<GraphOperation> operations;  ///< in topological order
    std::vector<IntegerContraction> contractions;
};

/// `folds_scales`: the factor behind a sum of products becomes the scale of its weights, as in a quantized network;
/// else all scales of contractions are 1 and the factor is a multiplication. Throws Unsupported, with the node and what
/// the Graph API cannot say.
GraphDescription describe_graph(const graph::Case& value, bool folds_scales);

}  // namespace difftest::backends::onednn
