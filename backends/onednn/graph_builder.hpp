#pragma once

#include "backends/onednn/graph_description.hpp"
#include "backends/onednn/step.hpp"

#include <map>
#include <span>

namespace difftest::backends::onednn {

/// Scales and zero points of a Quantize or Dequantize.
struct GraphQuantization {
    std::vector<float> scales{1.0F};
    std::vector<std::int64_t> zero_points{0};
    std::optional<std::int64_t> axis;  ///< of the channels, where there is one for each
};

/// Puts a GraphDescription together, one node of the case after the other.
class GraphBuilder {
public:
    explicit GraphBuilder(const graph::Case& value) : case_(value) {}

    /// Operations are part of that node from now on.
    void enter(graph::NodeId node) { node_ = node; }

    const graph::Case& value() const { return case_; }
    const graph::Shape& shape_of(GraphValueId id) const { return description_.values[id].shape; }

    /// The tensor's values as f32; integers are dequantized with a scale of 1. Throws Unsupported.
    GraphValueId real(graph::TensorId tensor);

    /// The tensor's values in their own type. Throws Unsupported.
    GraphValueId stored(graph::TensorId tensor);

    GraphValueId literal(graph::TensorData data);

    /// An operation with one f32 result.
    GraphValueId apply(std::string kind, std::vector<GraphValueId> inputs, const graph::Shape& result,
                       std::vector<std::pair<std::string, GraphAttribute>> attributes = {});

    GraphValueId dequantize(GraphValueId integer, const GraphQuantization& parameters);

    /// x through the steps. Throws Unsupported.
    GraphValueId apply_steps(std::span<const Step> steps, GraphValueId x);

    /// The f32 value is the tensor's: it is quantized with a scale of 1 where the tensor is of 8 bits; an s32 tensor
    /// stays in f32.
    void finish(graph::TensorId tensor, GraphValueId result);
    void finish_quantized(graph::TensorId tensor, GraphValueId real, const GraphQuantization& parameters);

    void note(IntegerContraction contraction) { description_.contractions.push_back(std::move(contraction)); }
    std::size_t last_operation() const { return description_.operations.size() - 1; }

    /// Throws Unsupported where an output has no value in its own type.
    GraphDescription build();

private:
    GraphValueId add_value(GraphValue value);
    GraphValueId apply_step(const EltwiseStep& step, GraphValueId x);
    GraphValueId apply_step(const BinaryStep& step, GraphValueId x);
    GraphValueId apply_step(const PreluStep& step, GraphValueId x);
    GraphValueId apply_step(const SumStep& step, GraphValueId x);
    GraphValueId apply_step(const SelectStep& step, GraphValueId x);
    GraphValueId apply_step(const DepthwiseStep& step, GraphValueId x);
    GraphValueId times(GraphValueId x, float factor);

    const graph::Case& case_;
    graph::NodeId node_ = -1;
    GraphDescription description_;
    std::map<graph::TensorId, GraphValueId> stored_;
    std::map<graph::TensorId, GraphValueId> real_;  ///< of tensors that are not stored in their own type
    std::vector<bool> is_computed_;                 ///< by value: the result of an operation
};

}  // namespace difftest::backends::onednn
