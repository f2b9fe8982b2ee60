#pragma once

#include "reference/graph/case.hpp"

#include <optional>
#include <span>

namespace difftest::harness {

/// The elements with the given indices along one axis, in that order; an index may stand several times.
graph::TensorData take(const graph::TensorData& data, std::size_t axis, std::span<const std::int64_t> indices);

/// The first `size` elements along an axis; repeats from the start where there are fewer.
graph::TensorData resized(const graph::TensorData& data, std::size_t axis, std::int64_t size);

/// Replaces the values of an input or constant, its shape and type included.
void set_leaf(graph::Case& value, graph::TensorId id, graph::TensorData data);

/// Whether the tensor is an input or a constant.
bool is_leaf(const graph::Graph& graph, graph::TensorId id);

/// Makes an edited case whole again: drops what no output depends on, brings the tensors into the order of the case
/// file, infers all shapes anew, and cuts (or extends by repetition) the inputs and constants whose size follows from
/// another tensor's: weights and bias of a convolution, parameters per channel, operands of the full shape. Nothing
/// when the result is no valid case.
///
/// The shapes of intermediates before the call must be those of the case before the edit: they say what was tied to
/// what.
std::optional<graph::Case> settle(const graph::Case& value);

}  // namespace difftest::harness
