#pragma once

#include "reference/graph/validation.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

/// Shape inference of the single operations, one file for each family; infer_shape in shape_inference.cpp is the way in
/// and has bounded all dimensions of the inputs by kLargestTerm. An unused optional slot has the shape of a scalar.
namespace difftest::graph::shape_rules {

/// Dimensions and attributes up to this keep every formula inside 64 bits: (I - 1) * s + (K - 1) * d is the largest
/// term, and twice (2^31 - 2)^2 plus some paddings is less than 2^63.
inline constexpr std::int64_t kLargestTerm = std::numeric_limits<std::int32_t>::max();

ShapeResult problem(std::string place, std::string message);

/// Complains unless there are `count` values, each in lowest..kLargestTerm.
std::optional<Problem> bounded(const std::vector<std::int64_t>& values, std::string_view name, std::size_t count,
                               std::int64_t lowest);

// shape_inference.cpp, with a template for all operations that work element by element
ShapeResult infer(const Convolution& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Deconvolution& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Matmul& op, const std::vector<Shape>& inputs);
ShapeResult infer(const InnerProduct& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Binary& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Select& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Sum& op, const std::vector<Shape>& inputs);

// movement_shapes.cpp
ShapeResult infer(const Permute& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Reshape& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Slice& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Concat& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Reorder& op, const std::vector<Shape>& inputs);

// aggregate_shapes.cpp
ShapeResult infer(const Pooling& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Reduction& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Resampling& op, const std::vector<Shape>& inputs);
ShapeResult infer(const Softmax& op, const std::vector<Shape>& inputs);

}  // namespace difftest::graph::shape_rules
