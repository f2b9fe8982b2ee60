#include "harness/export/onnx_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::kAbsent;

/// TensorProto.DataType, and 9 for bool.
std::int64_t onnx_type(DataType type) {
    switch (type) {
        case DataType::f32: return 1;
        case DataType::u8: return 2;
        case DataType::s8: return 3;
        case DataType::s32: return 6;
        case DataType::f16: return 10;
        case DataType::bf16: return 16;
    }
    return 0;
}

bool is_8_bit(DataType type) {
    return type == DataType::u8 || type == DataType::s8;
}

}  // namespace

OnnxWriter::OnnxWriter(const graph::Case& value, ModelDialect dialect) : value_(value), dialect_(dialect) {
    for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
        if (value.graph.tensors[i].role == graph::TensorRole::constant) {
            graph_.constants.push_back({value.graph.tensors[i].name, value.data[i]});
        }
    }
}

std::string OnnxWriter::fresh(const std::string& type) {
    for (;;) {
        std::string name = fmt::format("{}_{}", type, ++made_);
        if (!value_.graph.find_tensor(name)) {
            return name;
        }
    }
}

std::string OnnxWriter::node(const std::string& type, std::vector<std::string> inputs,
                             std::vector<std::pair<std::string, OnnxAttribute>> attributes) {
    graph_.nodes.push_back({type, std::move(inputs), fresh(type), std::move(attributes)});
    return graph_.nodes.back().output;
}

std::string OnnxWriter::constant(graph::TensorData values) {
    graph_.constants.push_back({fresh("constant"), std::move(values)});
    return graph_.constants.back().name;
}

std::string OnnxWriter::number(float value) {
    return constant(graph::TensorData(DataType::f32, {}, {value}));
}

std::string OnnxWriter::integers(const std::vector<std::int64_t>& of) {
    graph_.constants.push_back({fresh("constant"), of});
    return graph_.constants.back().name;
}

std::string OnnxWriter::cast(const std::string& value, DataType type) {
    return node("Cast", {value}, {{"to", onnx_type(type)}});
}

std::string OnnxWriter::truth(const std::string& value) {
    return node("Cast", {value}, {{"to", std::int64_t{9}}});
}

std::string OnnxWriter::real(graph::TensorId id) {
    const graph::Tensor& from = tensor(id);
    if (from.type == DataType::f32) {
        return from.name;
    }
    return is_8_bit(from.type) && !is_openvino() ? dequantized(id, kAbsent, kAbsent) : cast(from.name, DataType::f32);
}

std::optional<OnnxWriter::Parameter> OnnxWriter::parameter(graph::TensorId id, DataType type, std::size_t rank) {
    const graph::Tensor& from = tensor(id);
    const bool is_scalar = std::all_of(from.shape.begin(), from.shape.end(), [](auto extent) { return extent == 1; });
    const auto along = std::find_if(from.shape.begin(), from.shape.end(), [](auto extent) { return extent != 1; });
    const bool is_vector = !is_scalar && std::all_of(along + 1, from.shape.end(), [](auto e) { return e == 1; });
    if (from.role != graph::TensorRole::constant || (!is_scalar && !is_vector)) {
        return std::nullopt;
    }
    const graph::TensorData& values = value_.data_of(id);
    graph::TensorData own(type, is_scalar ? graph::Shape{} : graph::Shape{values.size()});
    for (std::int64_t i = 0; i < values.size(); ++i) {
        const double each = values.at(i);
        if (graph::is_integer(type) && (each < static_cast<double>(graph::lowest_of(type)) ||
                                        each > static_cast<double>(graph::highest_of(type)))) {
            return std::nullopt;
        }
        own.set(i, each);
    }
    const auto axis = static_cast<std::int64_t>(rank - from.shape.size()) + (along - from.shape.begin());
    return Parameter{constant(std::move(own)), is_scalar ? 0 : axis, values.size()};
}

OnnxWriter::Parameter OnnxWriter::zeros(const Parameter& like, DataType type) {
    const graph::Shape shape = like.count == 1 ? graph::Shape{} : graph::Shape{like.count};
    return {constant(graph::TensorData(type, shape)), like.axis, like.count};
}

OnnxWriter::Parameter OnnxWriter::ones(const Parameter& like) {
    const graph::Shape shape = like.count == 1 ? graph::Shape{} : graph::Shape{like.count};
    const std::vector<double> values(static_cast<std::size_t>(like.count), 1.0);
    return {constant(graph::TensorData(DataType::f32, shape, values)), like.axis, like.count};
}

std::optional<std::pair<OnnxWriter::Parameter, OnnxWriter::Parameter>> OnnxWriter::scale_and_zero_point(
    const graph::Tensor& of, graph::TensorId scale, graph::TensorId zero_point) {
    if (!is_8_bit(of.type) || is_openvino()) {
        return std::nullopt;
    }
    const std::size_t rank = of.shape.size();
    auto factor = scale == kAbsent ? ones({}) : parameter(scale, DataType::f32, rank);
    auto shift = zero_point == kAbsent || !factor ? std::nullopt : parameter(zero_point, of.type, rank);
    if (factor && zero_point == kAbsent) {
        shift = zeros(*factor, of.type);
    } else if (factor && shift && scale == kAbsent) {
        factor = ones(*shift);
    }
    const bool match = factor && shift && factor->count == shift->count && factor->axis == shift->axis;
    return match ? std::optional(std::pair(*factor, *shift)) : std::nullopt;
}

std::string OnnxWriter::dequantized(graph::TensorId data, graph::TensorId scale, graph::TensorId zero_point) {
    const graph::Tensor& from = tensor(data);
    if (const auto pair = scale_and_zero_point(from, scale, zero_point)) {
        return node("DequantizeLinear", {from.name, pair->first.name, pair->second.name}, {{"axis", pair->first.axis}});
    }
    std::string value = real(data);
    value = zero_point == kAbsent ? value : node("Sub", {value, real(zero_point)});
    return scale == kAbsent ? value : node("Mul", {value, real(scale)});
}

std::string OnnxWriter::less(graph::TensorId id, graph::TensorId zero_point, std::int64_t axis) {
    const graph::Tensor& from = tensor(id);
    if (is_8_bit(from.type) && !is_openvino()) {
        if (auto shift = parameter(zero_point, from.type, 1)) {
            return node("DequantizeLinear", {from.name, ones(*shift).name, shift->name}, {{"axis", axis}});
        }
    }
    std::vector<std::int64_t> shape(from.shape.size(), 1);
    shape[static_cast<std::size_t>(axis)] = -1;
    return node("Sub", {real(id), node("Reshape", {real(zero_point), integers(shape)})});
}

std::string OnnxWriter::quantized(const std::string& value, graph::TensorId scale, graph::TensorId zero_point,
                                  graph::TensorId result) {
    const graph::Tensor& to = tensor(result);
    if (const auto pair = scale_and_zero_point(to, scale, zero_point)) {
        typed_.push_back(
            node("QuantizeLinear", {value, pair->first.name, pair->second.name}, {{"axis", pair->first.axis}}));
        return typed_.back();
    }
    std::string level = scale == kAbsent ? value : node("Div", {value, real(scale)});
    level = node("Round", {level});
    return zero_point == kAbsent ? level : node("Add", {level, real(zero_point)});
}

void OnnxWriter::store(graph::TensorId id, const std::string& value) {
    const graph::Tensor& to = tensor(id);
    const bool is_sum_of_products = to.producer >= 0 && graph::is_contraction(value_.graph.node(to.producer).operation);
    std::string result = value;
    if (std::find(typed_.begin(), typed_.end(), value) == typed_.end() && to.type != DataType::f32) {
        if (is_8_bit(to.type) && !is_openvino()) {
            result = quantized(value, kAbsent, kAbsent, id);
        } else if (graph::is_integer(to.type) && !is_sum_of_products) {
            // 2147483520 is the greatest f32 that is an s32.
            const auto highest = std::min(static_cast<double>(graph::highest_of(to.type)), 2147483520.0);
            result = node("Clip", {node("Round", {value}), number(static_cast<float>(graph::lowest_of(to.type))),
                                   number(static_cast<float>(highest))});
            result = cast(result, to.type);
        } else {
            result = cast(value, to.type);
        }
    }
    if (!graph_.nodes.empty() && graph_.nodes.back().output == result) {
        graph_.nodes.back().output = to.name;
        return;
    }
    graph_.nodes.push_back({"Identity", {result}, to.name, {}});
}

}  // namespace difftest::harness
