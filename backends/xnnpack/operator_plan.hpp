#pragma once

#include "backends/quantized_operators/contraction_operator.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"

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

/// f32 to 8 bits with one scale and zero point; the library multiplies by the reciprocal of the scale.
struct Quantization {
    graph::TensorId data = graph::kAbsent;
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
    std::variant<quantized::ContractionOperator, MaximumPooling, Quantization, Dequantization, View> what;
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
