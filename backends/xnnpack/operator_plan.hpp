#pragma once

#include "backends/quantized_operators/contraction_operator.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

/// A graph as a list of XNNPACK's operators, before the library is asked for any. No library here.
namespace difftest::backends::xnnpack {

/// Maximum of 8-bit data.
struct MaximumPooling {
    graph::TensorId data = graph::kAbsent;
    quantized::PlaneGeometry geometry;
};

/// One operation in f32, on what the steps before it gave.
struct FloatStep {
    enum class Kind : std::uint8_t { clamp, add, subtract, multiply, divide, maximum, minimum };

    Kind kind = Kind::clamp;
    float lowest = 0;  ///< of a clamp
    float highest = 0;
    graph::TensorId other = graph::kAbsent;  ///< the other operand; 8-bit data is its numbers
    bool other_is_first = false;
};

/// An element-by-element node: f32, or 8-bit data as its numbers, through the steps, and to f32 or to 8 bits.
struct Pointwise {
    graph::TensorId data = graph::kAbsent;
    std::vector<FloatStep> steps;
    /// Of a result in 8 bits. The library multiplies by the reciprocal of the scale.
    float scale = 1;
    std::int64_t zero_point = 0;
};

/// 8 bits to f32 with one scale and zero point.
struct Dequantization {
    graph::TensorId data = graph::kAbsent;
    float scale = 1;
    std::int64_t zero_point = 0;
};

/// The same elements under another name: a reorder or reshape of dense data.
struct View {
    graph::TensorId data = graph::kAbsent;
};

struct PlannedOperator {
    std::vector<graph::NodeId> nodes;
    graph::TensorId output = graph::kAbsent;
    std::variant<quantized::ContractionOperator, MaximumPooling, Pointwise, Dequantization, View> what;
    std::string kind;  ///< "convolution2d_nhwc", as the library has it, without the types
};

/// The graph needs something that the library has no operator for; what, in words that name the node.
class NoOperator : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// In the order in which they run. Throws NoOperator.
std::vector<PlannedOperator> plan_operators(const graph::Case& value);

/// What the operators take: F1 and F3 where scales become one multiplier (xnnpack.h: input scale * kernel scale /
/// output scale), F3 for conversions from f32 (the microkernels multiply by the reciprocal of the scale).
contract::Contract contract_of(const std::vector<PlannedOperator>& operators);

}  // namespace difftest::backends::xnnpack
