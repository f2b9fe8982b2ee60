#pragma once

#include "reference/graph/graph.hpp"
#include "reference/graph/tensor_data.hpp"

#include <variant>
#include <vector>

/// The library-free form of a chain of post-ops: what a node of the graph does to the f32 value that flows through a
/// fused primitive. lowering.hpp makes steps, post_op_chain.hpp hands them to the library.
namespace difftest::backends::onednn {

/// y = algorithm(x; alpha, beta), all f32.
struct EltwiseStep {
    graph::EltwiseAlgorithm algorithm = graph::EltwiseAlgorithm::linear;
    float alpha = 0;
    float beta = 0;
    friend bool operator==(const EltwiseStep&, const EltwiseStep&) = default;
};

/// The second operand of a binary step: a tensor of the graph, or f32 values that the lowering computed. Its shape is
/// broadcast to the chain's shape by the numpy rule.
using OperandSource = std::variant<graph::TensorId, graph::TensorData>;

/// y = algorithm(x, operand), all f32.
struct BinaryStep {
    graph::BinaryAlgorithm algorithm = graph::BinaryAlgorithm::multiply;
    OperandSource operand;
    friend bool operator==(const BinaryStep&, const BinaryStep&) = default;
};

/// y = x where x is positive, x * slope elsewhere. The slope's shape is broadcast like a binary operand's.
struct PreluStep {
    graph::TensorId slope = graph::kAbsent;
    friend bool operator==(const PreluStep&, const PreluStep&) = default;
};

/// y = x + scale * (previous - zero_point): `previous` is in the destination before the primitive runs, as bytes of
/// `type`. A tensor of the output's shape.
struct SumStep {
    graph::TensorId previous = graph::kAbsent;
    graph::DataType type = graph::DataType::f32;
    float scale = 1;
    std::int32_t zero_point = 0;
    friend bool operator==(const SumStep&, const SumStep&) = default;
};

/// y = condition != 0 ? x : otherwise.
struct SelectStep {
    graph::TensorId condition = graph::kAbsent;
    graph::TensorId otherwise = graph::kAbsent;
    friend bool operator==(const SelectStep&, const SelectStep&) = default;
};

/// A depthwise convolution of what the steps before it have stored in the type of its data. The steps behind it belong
/// to its result.
struct DepthwiseStep {
    graph::NodeId node = -1;
    friend bool operator==(const DepthwiseStep&, const DepthwiseStep&) = default;
};

using Step = std::variant<EltwiseStep, BinaryStep, PreluStep, SumStep, SelectStep, DepthwiseStep>;
using Steps = std::vector<Step>;

}  // namespace difftest::backends::onednn
