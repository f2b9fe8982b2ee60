#pragma once

#include "backends/onednn/step.hpp"
#include "reference/graph/case.hpp"

#include <string>
#include <variant>

/// From a node of the graph to the steps that compute it on an f32 value.
namespace difftest::backends::onednn {

/// Where in a primitive the steps of a node stand. In the middle of a chain the rounding and the saturation to an
/// integer type are steps of their own; at the end the primitive's store does them (round half to even, then saturate).
enum class Position : std::uint8_t { middle, end };

/// Why a node has no steps: a property of the node or its constants, in one sentence.
struct CannotLower {
    std::string reason;
};

using Lowering = std::variant<Steps, CannotLower>;

/// The steps of a pointwise node that reads the flowing value as `chained` (one of its inputs). A node that is not
/// pointwise always gives CannotLower.
Lowering lower(const graph::Case& value, const graph::Node& node, graph::TensorId chained, Position position);

/// The sum node's step. Precondition: it is one.
SumStep sum_step(const graph::Graph& graph, const graph::Node& node);

Lowering lower_fake_quantize(const graph::Case& value, const graph::Node& node, Position position);
Lowering lower_quantize(const graph::Case& value, const graph::Node& node, Position position);
Lowering lower_requantize(const graph::Case& value, const graph::Node& node, Position position);
Lowering lower_dequantize(const graph::Case& value, const graph::Node& node);
Lowering lower_convert(const graph::Case& value, const graph::Node& node, Position position);

}  // namespace difftest::backends::onednn
