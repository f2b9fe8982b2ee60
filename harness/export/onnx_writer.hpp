#pragma once

#include "harness/export/onnx_lowering.hpp"

#include <cstdint>
#include <optional>

namespace difftest::harness {

/// Puts a graph of ONNX together, node by node; values are known by their names. Tensors of the case have their own.
class OnnxWriter {
public:
    OnnxWriter(const graph::Case& value, ModelDialect dialect);

    bool is_openvino() const { return dialect_ == ModelDialect::openvino; }

    /// A node's result.
    std::string node(const std::string& type, std::vector<std::string> inputs,
                     std::vector<std::pair<std::string, OnnxAttribute>> attributes = {});
    std::string number(float value);                            ///< a scalar
    std::string integers(const std::vector<std::int64_t>& of);  ///< a vector of int64
    std::string cast(const std::string& value, graph::DataType type);
    std::string truth(const std::string& value);  ///< value != 0

    /// The tensor in f32: an 8-bit one by DequantizeLinear with scale 1.
    std::string real(graph::TensorId id);

    /// The tensor minus its zero point, a scalar or one for each place along the axis.
    std::string less(graph::TensorId id, graph::TensorId zero_point, std::int64_t axis);

    /// (data - zero_point) * scale.
    std::string dequantized(graph::TensorId data, graph::TensorId scale, graph::TensorId zero_point);

    /// saturate(round(value / scale) + zero_point) for the tensor `result`; `scale` absent: 1. The name is that of the
    /// typed result.
    std::string quantized(const std::string& value, graph::TensorId scale, graph::TensorId zero_point,
                          graph::TensorId result);

    /// Makes the tensor of the case out of a value: of its own type already, or in f32, which is rounded and saturated.
    void store(graph::TensorId id, const std::string& value);

    OnnxGraph graph() && { return std::move(graph_); }

private:
    const graph::Tensor& tensor(graph::TensorId id) const { return value_.graph.tensor(id); }
    std::string fresh(const std::string& type);
    std::string constant(graph::TensorData values);

    /// A parameter of Q/DQ for a tensor of that rank, as a scalar or a vector along an axis of its own; what it cannot
    /// be is empty. `type`: of the result.
    struct Parameter {
        std::string name;
        std::int64_t axis = 0;
        std::int64_t count = 1;
    };
    std::optional<Parameter> parameter(graph::TensorId id, graph::DataType type, std::size_t rank);
    /// Both for an 8-bit tensor, of the same shape; nothing where Q/DQ cannot say them.
    std::optional<std::pair<Parameter, Parameter>> scale_and_zero_point(const graph::Tensor& of, graph::TensorId scale,
                                                                        graph::TensorId zero_point);
    Parameter ones(const Parameter& like);
    Parameter zeros(const Parameter& like, graph::DataType type);

    const graph::Case& value_;
    ModelDialect dialect_;
    OnnxGraph graph_;
    std::size_t made_ = 0;
    std::vector<std::string> typed_;  ///< values that have the type of the tensor that they become
};

}  // namespace difftest::harness
