#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace difftest::graph {

/// Logical dimensions, outermost first: [batch, channel, spatial...]. A scalar has no dimensions and one element.
using Shape = std::vector<std::int64_t>;

/// Number of elements, or nothing when the product does not fit into 63 bits or a dimension is negative.
std::optional<std::int64_t> element_count(const Shape& shape);

/// "1x15x5x4"; "scalar" for a shape without dimensions.
std::string to_string(const Shape& shape);

/// Row-major strides in elements.
std::vector<std::int64_t> row_major_strides(const Shape& shape);

/// Coordinates of a row-major element index.
std::vector<std::int64_t> coordinates_of(std::int64_t index, const Shape& shape);

/// The numpy broadcast of two shapes (right-aligned; each pair equal, or one of them 1); nothing when they do not fit.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);

/// For every dimension of `target` the stride, in elements, with which a row-major tensor of shape `from` is read when
/// it is broadcast to `target`; 0 where it is repeated. Precondition: broadcast(from, target) == target.
std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& target);

}  // namespace difftest::graph
