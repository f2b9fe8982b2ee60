#include "backends/onnxruntime/model_lowering.hpp"

#include "backends/onnxruntime/node_lowering.hpp"
#include "backends/quantized_operators/constant_values.hpp"
#include "backends/quantized_operators/contraction_operator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::backends::onnxruntime {
namespace {

using graph::DataType;
using quantized::ContractionOperator;
using quantized::PlaneGeometry;

constexpr double kExactInteger = 0x1p24;

std::vector<std::int64_t> plane(const std::int64_t (&values)[2]) {
    return {values[0], values[1]};
}

std::vector<double> doubles(const std::vector<float>& values) {
    return {values.begin(), values.end()};
}

Attributes window_attributes(const PlaneGeometry& g) {
    return {{"kernel_shape", plane(g.kernel)},
            {"strides", plane(g.strides)},
            {"dilations", plane(g.dilations)},
            {"pads", std::vector<std::int64_t>{g.pads_begin[0], g.pads_begin[1], g.pads_end[0], g.pads_end[1]}},
            {"group", g.groups}};
}

class Lowering {
public:
    Lowering(const graph::Case& value, Form form) : value_(value), form_(form), to_(value) {}

    LoweredModel run() {
        std::vector<bool> taken(value_.graph.nodes.size(), false);
        for (std::size_t i = 0; i < value_.graph.nodes.size(); ++i) {
            const graph::Node& node = value_.graph.nodes[i];
            if (taken[i]) {
                continue;
            }
            if (!graph::is_contraction(node.operation)) {
                lower_node(to_, value_, node);
                continue;
            }
            note_types(node);
            if (form_ == Form::integer) {
                lower_integer_contraction(to_, value_, node);
                continue;
            }
            const ContractionOperator op = operator_at(static_cast<graph::NodeId>(i));
            for (const graph::NodeId each : op.nodes) {
                taken[static_cast<std::size_t>(each)] = true;
            }
            lower_operator(node, op);
        }
        model_.bytes = to_.bytes();
        return std::move(model_);
    }

private:
    void note_types(const graph::Node& node) {
        const DataType data = value_.graph.tensor(node.inputs[0]).type;
        const DataType weights = value_.graph.tensor(node.inputs[1]).type;
        if (!graph::is_integer(data) || !graph::is_integer(weights)) {
            fail(node, "sums of reals in an order that the library chooses");
        }
        model_.mixes_signs = model_.mixes_signs || (data == DataType::u8 && weights == DataType::s8);
        model_.has_contraction = true;
    }

    ContractionOperator operator_at(graph::NodeId head) const {
        try {
            return quantized::contraction_operator(value_, head);
        } catch (const quantized::NotRequantized& reason) {
            throw NoModel(reason.what());
        }
    }

    DataType type_of(graph::TensorId id) const { return value_.graph.tensor(id).type; }

    std::string shaped(const std::string& name, const std::vector<std::int64_t>& shape) {
        return to_.node("Reshape", {name, to_.integers(shape)});
    }

    /// The data as a plane, or as rows.
    std::string data_of(const ContractionOperator& op) {
        const PlaneGeometry& g = op.geometry;
        return op.kind == ContractionOperator::Kind::fully_connected
                   ? shaped(to_.tensor(op.data), {g.batch, g.channels})
                   : shaped(to_.tensor(op.data), {g.batch, g.channels, g.height, g.width});
    }

    /// The weights in ONNX's order: of a ConvTranspose [C, O / groups, ...].
    std::string weights_of(const ContractionOperator& op) {
        const graph::TensorData& from = value_.data_of(op.weights);
        const PlaneGeometry& g = op.geometry;
        if (op.kind == ContractionOperator::Kind::fully_connected) {
            graph::TensorData rows(from.type(), {g.outputs, g.channels});
            for (std::int64_t i = 0; i < from.size(); ++i) {
                const std::int64_t at = op.weights_are_columns ? (i % g.outputs) * g.channels + i / g.outputs : i;
                rows.set(at, from.at(i));
            }
            return to_.constant(rows);
        }
        const std::int64_t inputs = g.channels / g.groups;
        const std::int64_t outputs = g.outputs / g.groups;
        const std::int64_t taps = g.kernel[0] * g.kernel[1];
        const bool transposed = op.kind == ContractionOperator::Kind::deconvolution;
        graph::TensorData weights(from.type(), transposed ? graph::Shape{g.channels, outputs, g.kernel[0], g.kernel[1]}
                                                          : graph::Shape{g.outputs, inputs, g.kernel[0], g.kernel[1]});
        for (std::int64_t i = 0; i < from.size(); ++i) {
            const std::int64_t output = i / (taps * inputs);
            const std::int64_t input = i / taps % inputs;
            const std::int64_t group = output / outputs;
            const std::int64_t at = ((group * inputs + input) * outputs + output % outputs) * taps + i % taps;
            weights.set(transposed ? at : i, from.at(i));
        }
        return to_.constant(weights);
    }

    std::string bias_of(const ContractionOperator& op) {
        if (op.bias.empty()) {
            return "";
        }
        std::vector<double> values(op.bias.begin(), op.bias.end());
        return to_.constant(graph::TensorData(DataType::s32, {static_cast<std::int64_t>(values.size())}, values));
    }

    /// One value for each output where the scale has one for each.
    std::string weights_zero_point(const ContractionOperator& op, std::size_t count) {
        return to_.numbers(std::vector<double>(count, static_cast<double>(op.weights_zero_point)), type_of(op.weights));
    }

    void note_freedoms(const quantized::Requantization& q) {
        if (q.associates_scales) {
            model_.contract.grant(contract::Freedom::scale_association);
        }
        if (q.has_scale_and_shift) {
            model_.contract.grant(contract::Freedom::fake_quantize_scale_shift);
        }
        if (q.multiplies_by_reciprocal) {
            model_.contract.grant(contract::Freedom::reciprocal_division);
        }
    }

    void lower_operator(const graph::Node& node, const ContractionOperator& op) {
        const quantized::Requantization& q = op.requantization;
        note_freedoms(q);
        std::string y = form_ == Form::qlinear ? qlinear(node, op) : qdq(node, op);
        const DataType type = type_of(q.output);
        if (form_ == Form::qlinear && (q.lowest != graph::lowest_of(type) || q.highest != graph::highest_of(type))) {
            y = to_.node("Clip", {y, to_.number(static_cast<double>(q.lowest), type),
                                  to_.number(static_cast<double>(q.highest), type)});
        }
        to_.store(q.output, to_.node("Reshape", {y, to_.integers(value_.graph.tensor(q.output).shape)}));
    }

    std::string qlinear(const graph::Node& node, const ContractionOperator& op) {
        const quantized::Requantization& q = op.requantization;
        const DataType type = type_of(q.output);
        if (op.kind == ContractionOperator::Kind::deconvolution) {
            fail(node, "no QLinear operator for a deconvolution");
        }
        if (type != type_of(op.data) || (type_of(op.data) == DataType::s8 && type_of(op.weights) == DataType::u8)) {
            fail(node, "types that no QLinear operator takes together");
        }
        const std::string x = data_of(op);
        const std::string zx = to_.number(static_cast<double>(op.data_zero_point), type_of(op.data));
        const std::string zy = to_.number(static_cast<double>(q.zero_point), type);
        const std::string one = to_.number(1, DataType::f32);
        const std::string w = weights_of(op);
        const std::string scale = to_.numbers(doubles(q.multipliers), DataType::f32);
        const std::string zw = weights_zero_point(op, q.multipliers.size());
        if (op.kind == ContractionOperator::Kind::fully_connected) {
            return to_.node("QGemm", {x, one, zx, w, scale, zw, bias_of(op), one, zy}, {{"transB", std::int64_t{1}}},
                            true);
        }
        std::vector<std::string> inputs{x, one, zx, w, scale, zw, one, zy};
        if (!op.bias.empty()) {
            inputs.push_back(bias_of(op));
        }
        return to_.node("QLinearConv", inputs, window_attributes(op.geometry));
    }

    /// With scales of 1 the dequantized values are the integers themselves, and so are their sums.
    std::string qdq(const graph::Node& node, const ContractionOperator& op) {
        const quantized::Requantization& q = op.requantization;
        if (q.powers.empty()) {
            fail(node, "a multiplier that no scale of Q/DQ holds without an error");
        }
        if (op.kind == ContractionOperator::Kind::deconvolution && q.powers.size() > 1) {
            fail(node, "a scale for each channel of a deconvolution");
        }
        if (op.largest_sum > kExactInteger) {
            fail(node, "sums that f32 does not hold exactly");
        }
        const DataType type = type_of(q.output);
        const std::string x =
            dequantized(data_of(op), {1}, {static_cast<double>(op.data_zero_point)}, type_of(op.data));
        const std::string w = dequantized(weights_of(op), doubles(q.powers),
                                          {static_cast<double>(op.weights_zero_point)}, type_of(op.weights));
        std::vector<std::string> inputs{x, w};
        if (!op.bias.empty()) {
            inputs.push_back(to_.node("DequantizeLinear", {bias_of(op), to_.numbers(doubles(q.powers), DataType::f32)},
                                      {{"axis", std::int64_t{0}}}));
        }
        std::string y;
        if (op.kind == ContractionOperator::Kind::fully_connected) {
            y = to_.node("Gemm", inputs, {{"transB", std::int64_t{1}}});
        } else if (op.kind == ContractionOperator::Kind::deconvolution) {
            const PlaneGeometry& g = op.geometry;
            // conv_transpose_attributes.h refuses it when it runs.
            if (g.output_padding[0] >= g.strides[0] || g.output_padding[1] >= g.strides[1]) {
                fail(node, "an output padding that is not below the stride");
            }
            Attributes attributes = window_attributes(g);
            attributes.emplace_back("output_padding", plane(op.geometry.output_padding));
            y = to_.node("ConvTranspose", inputs, attributes);
        } else {
            y = to_.node("Conv", inputs, window_attributes(op.geometry));
        }
        y = clamped(y, q, type);
        return to_.node("QuantizeLinear", {y, to_.number(static_cast<double>(q.divisor), DataType::f32),
                                           to_.number(static_cast<double>(q.zero_point), type)});
    }

    std::string dequantized(const std::string& x, const std::vector<double>& scales, std::vector<double> zero_points,
                            DataType type) {
        zero_points.resize(scales.size(), zero_points.front());
        return to_.node("DequantizeLinear", {x, to_.numbers(scales, DataType::f32), to_.numbers(zero_points, type)},
                        {{"axis", std::int64_t{0}}});
    }

    /// The clamp of the result as one of the real numbers: the numbers that the bounds stand for.
    std::string clamped(const std::string& y, const quantized::Requantization& q, DataType type) {
        const auto bound = [&](std::int64_t at) { return static_cast<float>(at - q.zero_point) * q.divisor; };
        const bool below = q.lowest != graph::lowest_of(type);
        const bool above = q.highest != graph::highest_of(type);
        if (below && !above && q.lowest == q.zero_point) {
            return to_.node("Relu", {y});
        }
        if (below || above) {
            return to_.node(
                "Clip", {y, to_.number(bound(q.lowest), DataType::f32), to_.number(bound(q.highest), DataType::f32)});
        }
        return y;
    }

    const graph::Case& value_;
    Form form_;
    ModelWriter to_;
    LoweredModel model_;
};

}  // namespace

std::string_view name_of(Form form) {
    switch (form) {
        case Form::integer: return "integer";
        case Form::qlinear: return "qlinear";
        default: return "qdq";
    }
}

LoweredModel lower(const graph::Case& value, Form form) {
    for (const graph::Tensor& tensor : value.graph.tensors) {
        if (tensor.type == DataType::f16 || tensor.type == DataType::bf16) {
            throw NoModel("halves ('" + tensor.name + "')");
        }
    }
    return Lowering(value, form).run();
}

}  // namespace difftest::backends::onnxruntime
