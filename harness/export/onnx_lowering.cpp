#include "harness/export/onnx_lowering.hpp"

#include "harness/export/onnx_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace difftest::harness {
namespace {

using graph::BinaryAlgorithm;
using graph::EltwiseAlgorithm;
using graph::kAbsent;
using Extents = std::vector<std::int64_t>;

Extents both(const Extents& begin, const Extents& end) {
    Extents pads = begin;
    pads.insert(pads.end(), end.begin(), end.end());
    return pads;
}

/// The formulas are those of reference/graph/operations.hpp and reference/oracle/eltwise.cpp.
std::string eltwise(OnnxWriter& to, const graph::Eltwise& op, const std::string& x) {
    const auto a = [&to, &op] { return to.number(op.alpha); };
    const auto b = [&to, &op] { return to.number(op.beta); };
    switch (op.algorithm) {
        case EltwiseAlgorithm::relu:
            return op.alpha == 0 ? to.node("Relu", {x}) : to.node("LeakyRelu", {x}, {{"alpha", op.alpha}});
        case EltwiseAlgorithm::linear: return to.node("Add", {to.node("Mul", {x, a()}), b()});
        case EltwiseAlgorithm::clip:
        case EltwiseAlgorithm::clip_v2: return to.node("Clip", {x, a(), b()});
        case EltwiseAlgorithm::abs: return to.node("Abs", {x});
        case EltwiseAlgorithm::square: return to.node("Mul", {x, x});
        case EltwiseAlgorithm::sqrt: return to.node("Sqrt", {x});
        case EltwiseAlgorithm::round: return to.node("Round", {x});
        case EltwiseAlgorithm::exp: return to.node("Exp", {x});
        case EltwiseAlgorithm::log: return to.node("Log", {x});
        case EltwiseAlgorithm::tanh: return to.node("Tanh", {x});
        case EltwiseAlgorithm::logistic: return to.node("Sigmoid", {x});
        case EltwiseAlgorithm::elu: return to.node("Elu", {x}, {{"alpha", op.alpha}});
        case EltwiseAlgorithm::gelu_tanh: return to.node("Gelu", {x}, {{"approximate", std::string("tanh")}});
        case EltwiseAlgorithm::gelu_erf: return to.node("Gelu", {x});
        case EltwiseAlgorithm::swish: return to.node("Mul", {x, to.node("Sigmoid", {to.node("Mul", {x, a()})})});
        case EltwiseAlgorithm::hardsigmoid:
            return to.node("HardSigmoid", {x}, {{"alpha", op.alpha}, {"beta", op.beta}});
        case EltwiseAlgorithm::hardswish:
            return to.node("Mul", {x, to.node("HardSigmoid", {x}, {{"alpha", op.alpha}, {"beta", op.beta}})});
        case EltwiseAlgorithm::mish: return to.node("Mish", {x});
        case EltwiseAlgorithm::soft_relu: return to.node("Div", {to.node("Softplus", {to.node("Mul", {x, a()})}), a()});
        case EltwiseAlgorithm::pow: return to.node("Mul", {to.node("Pow", {x, b()}), a()});
    }
    return x;
}

std::string binary(OnnxWriter& to, BinaryAlgorithm algorithm, const std::string& x, const std::string& y) {
    const auto truth = [&to](const std::string& condition) { return to.cast(condition, graph::DataType::f32); };
    switch (algorithm) {
        case BinaryAlgorithm::add: return to.node("Add", {x, y});
        case BinaryAlgorithm::subtract: return to.node("Sub", {x, y});
        case BinaryAlgorithm::multiply: return to.node("Mul", {x, y});
        case BinaryAlgorithm::divide: return to.node("Div", {x, y});
        case BinaryAlgorithm::maximum: return to.node("Max", {x, y});
        case BinaryAlgorithm::minimum: return to.node("Min", {x, y});
        case BinaryAlgorithm::greater_equal: return truth(to.node("GreaterOrEqual", {x, y}));
        case BinaryAlgorithm::greater: return truth(to.node("Greater", {x, y}));
        case BinaryAlgorithm::less_equal: return truth(to.node("LessOrEqual", {x, y}));
        case BinaryAlgorithm::less: return truth(to.node("Less", {x, y}));
        case BinaryAlgorithm::equal: return truth(to.node("Equal", {x, y}));
        case BinaryAlgorithm::not_equal: return truth(to.node("Not", {to.node("Equal", {x, y})}));
    }
    return x;
}

/// What a node computes, as the name of a value in f32.
class NodeLowering {
public:
    NodeLowering(OnnxWriter& to, const graph::Case& value, const graph::Node& node)
        : to_(to), value_(value), node_(node) {}

    std::string operator()(const graph::Convolution& op) {
        const std::string source = data("data", "data_zero_point");
        const std::string weights = operand("weights", "weights_zero_point");
        const bool splits = to_.is_openvino() && op.groups > 1;
        return convolution(splits ? "GroupConv" : "Conv", source, splits ? split(weights, op.groups) : weights, op);
    }

    std::string operator()(const graph::Deconvolution& op) {
        const std::string source = data("data", "data_zero_point");
        const std::string weights = exchanged(operand("weights", "weights_zero_point"), op.groups);
        const bool splits = to_.is_openvino() && op.groups > 1;
        return convolution(splits ? "GroupConvTranspose" : "ConvTranspose", source, weights, op);
    }

    std::string operator()(const graph::Matmul& op) {
        const auto turned = [this](const std::string& name, bool transposed, const char* slot) {
            if (!transposed) {
                return name;
            }
            Extents order(shape(slot).size());
            std::iota(order.begin(), order.end(), 0);
            std::iter_swap(order.end() - 1, order.end() - 2);
            return to_.node("Transpose", {name}, {{"perm", order}});
        };
        const std::string a = turned(data("a", "a_zero_point"), op.transpose_a, "a");
        // A zero point for each column counts along the last dimension of [..., K, N].
        const std::string b = turned(to_.real(input("b")), op.transpose_b, "b");
        return plus_bias(to_.node("MatMul", {a, minus(b, "b_zero_point")}));
    }

    std::string operator()(const graph::InnerProduct& /*op*/) {
        const std::string a = to_.node("Flatten", {data("data", "data_zero_point")});
        const std::string b = to_.node("Flatten", {operand("weights", "weights_zero_point")});
        return plus_bias(to_.node("Gemm", {a, b}, {{"transB", std::int64_t{1}}}));
    }

    std::string operator()(const graph::Eltwise& op) { return eltwise(to_, op, data("data")); }
    std::string operator()(const graph::Binary& op) { return binary(to_, op.algorithm, data("a"), data("b")); }

    std::string operator()(const graph::Select& /*op*/) {
        return to_.node("Where", {to_.truth(data("condition")), data("a"), data("b")});
    }
    std::string operator()(const graph::Prelu& /*op*/) { return to_.node("PRelu", {data("data"), data("slope")}); }

    std::string operator()(const graph::Sum& op) {
        if (op.reinterpretation != graph::Reinterpretation::none) {
            fail("ONNX cannot read the bytes of a tensor as another type");
        }
        const std::string zero_point = to_.number(static_cast<float>(op.zero_point));
        const std::string previous = to_.node("Sub", {data("previous"), zero_point});
        return to_.node("Add", {data("data"), to_.node("Mul", {previous, to_.number(op.scale)})});
    }

    std::string operator()(const graph::FakeQuantize& op) {
        const std::string x = data("data");
        const std::string lo = data("input_low");
        const std::string hi = data("input_high");
        const std::string out_lo = data("output_low");
        const std::string out_hi = data("output_high");
        if (to_.is_openvino()) {
            return to_.node("FakeQuantize", {x, lo, hi, out_lo, out_hi}, {{"levels", op.levels}});
        }
        const std::string top = to_.number(static_cast<float>(op.levels - 1));
        const std::string span = to_.node("Sub", {hi, lo});
        const std::string out_span = to_.node("Sub", {out_hi, out_lo});
        const std::string position = to_.node("Div", {to_.node("Sub", {x, lo}), span});
        const std::string level = to_.node("Round", {to_.node("Mul", {position, top})});
        const std::string inside =
            to_.node("Add", {to_.node("Mul", {to_.node("Div", {level, top}), out_span}), out_lo});
        const std::string above = to_.node("Greater", {x, to_.node("Max", {lo, hi})});
        const std::string below = to_.node("LessOrEqual", {x, to_.node("Min", {lo, hi})});
        const std::string specified = to_.node("Where", {below, out_lo, to_.node("Where", {above, out_hi, inside})});
        if (op.form == graph::FakeQuantizeForm::specification) {
            return specified;
        }
        const std::string scale = to_.node("Div", {top, span});
        const std::string shifted =
            to_.node("Add", {to_.node("Mul", {x, scale}), to_.node("Neg", {to_.node("Mul", {lo, scale})})});
        const std::string clipped = to_.node("Clip", {to_.node("Round", {shifted}), to_.number(0), top});
        const std::string scaled =
            to_.node("Add", {to_.node("Mul", {clipped, to_.node("Div", {out_span, top})}), out_lo});
        // A range that decreases or is empty has the branches of the specification in either form.
        return to_.node("Where", {to_.node("Less", {lo, hi}), scaled, specified});
    }

    std::string operator()(const graph::Quantize& op) {
        expect_usual(op.rounding, op.zero_point_site);
        return to_.quantized(data("data"), input("scale"), graph::input_at(node_, "zero_point"), node_.output);
    }

    std::string operator()(const graph::Dequantize& /*op*/) {
        return to_.dequantized(input("data"), input("scale"), graph::input_at(node_, "zero_point"));
    }

    std::string operator()(const graph::Requantize& op) {
        expect_usual(op.rounding, op.zero_point_site);
        const std::string product = to_.node("Mul", {data("data"), data("multiplier")});
        return to_.quantized(product, kAbsent, graph::input_at(node_, "zero_point"), node_.output);
    }

    std::string operator()(const graph::Convert& op) {
        if (op.rounding != graph::Rounding::half_to_even || op.overflow != graph::Overflow::saturate) {
            fail("ONNX rounds to even and saturates where it converts to integers");
        }
        return data("data");
    }

    std::string operator()(const graph::Permute& op) {
        return to_.node("Transpose", {data("data")}, {{"perm", op.order}});
    }
    std::string operator()(const graph::Reshape& op) {
        return to_.node("Reshape", {data("data"), to_.integers(op.shape)});
    }
    std::string operator()(const graph::Slice& op) {
        Extents axes(op.begin.size());
        std::iota(axes.begin(), axes.end(), 0);
        return to_.node("Slice", {data("data"), to_.integers(op.begin), to_.integers(op.end), to_.integers(axes),
                                  to_.integers(op.step)});
    }
    std::string operator()(const graph::Concat& op) {
        std::vector<std::string> parts;
        for (const graph::TensorId id : node_.inputs) {
            if (id != kAbsent) {
                parts.push_back(to_.real(id));
            }
        }
        return to_.node("Concat", parts, {{"axis", op.axis}});
    }
    std::string operator()(const graph::Reorder& /*op*/) { return data("data"); }

    std::string operator()(const graph::Pooling& op) {
        const bool is_maximum = op.algorithm == graph::PoolingAlgorithm::maximum;
        std::vector<std::pair<std::string, OnnxAttribute>> attributes = {{"kernel_shape", op.kernel},
                                                                         {"strides", op.strides},
                                                                         {"dilations", op.dilations},
                                                                         {"pads", both(op.pads_begin, op.pads_end)}};
        if (!is_maximum) {
            const bool counts = op.algorithm == graph::PoolingAlgorithm::average_include_padding;
            attributes.emplace_back("count_include_pad", std::int64_t{counts ? 1 : 0});
        }
        return to_.node(is_maximum ? "MaxPool" : "AveragePool", {data("data")}, attributes);
    }

    std::string operator()(const graph::Reduction& op) {
        const char* const type = op.algorithm == graph::ReductionAlgorithm::sum       ? "ReduceSum"
                                 : op.algorithm == graph::ReductionAlgorithm::mean    ? "ReduceMean"
                                 : op.algorithm == graph::ReductionAlgorithm::maximum ? "ReduceMax"
                                                                                      : "ReduceMin";
        return to_.node(type, {data("data"), to_.integers(op.axes)});
    }

    std::string operator()(const graph::Resampling& op) {
        const graph::Shape& from = shape("data");
        Extents sizes(from.begin(), from.begin() + 2);
        sizes.insert(sizes.end(), op.sizes.begin(), op.sizes.end());
        const bool nearest = op.algorithm == graph::ResamplingAlgorithm::nearest;
        return to_.node("Resize", {data("data"), "", "", to_.integers(sizes)},
                        {{"coordinate_transformation_mode", std::string("half_pixel")},
                         {"nearest_mode", std::string("round_prefer_ceil")},
                         {"mode", std::string(nearest ? "nearest" : "linear")}});
    }

    std::string operator()(const graph::Softmax& op) {
        const bool share = op.algorithm == graph::SoftmaxAlgorithm::share;
        return to_.node(share ? "Softmax" : "LogSoftmax", {data("data")}, {{"axis", op.axis}});
    }

    std::string operator()(const graph::RequantizeFixedPoint& /*op*/) {
        fail("ONNX has no fixed-point requantization");
    }
    std::string operator()(const graph::ShiftRound& /*op*/) { fail("ONNX shifts without rounding"); }

private:
    [[noreturn]] void fail(const std::string& why) const {
        throw NotExpressible(fmt::format("{}: {}", node_.name, why));
    }

    void expect_usual(graph::Rounding rounding, graph::ZeroPointSite site) const {
        if (rounding != graph::Rounding::half_to_even || site != graph::ZeroPointSite::after_rounding) {
            fail("QuantizeLinear rounds to even, before it adds the zero point");
        }
    }

    graph::TensorId input(std::string_view slot) const { return graph::input_at(node_, slot); }
    const graph::Shape& shape(std::string_view slot) const { return value_.graph.tensor(input(slot)).shape; }
    std::string data(std::string_view slot) { return to_.real(input(slot)); }

    /// Data minus its zero point: one, or one for each channel.
    std::string data(std::string_view slot, std::string_view zero_point) {
        const graph::TensorId id = input(zero_point);
        return id == kAbsent ? data(slot) : to_.less(input(slot), id, 1);
    }
    /// Weights minus theirs, one for each output.
    std::string operand(std::string_view slot, std::string_view zero_point) {
        const graph::TensorId id = input(zero_point);
        return id == kAbsent ? data(slot) : to_.less(input(slot), id, 0);
    }
    std::string minus(const std::string& from, std::string_view zero_point) {
        return input(zero_point) == kAbsent ? from : to_.node("Sub", {from, data(zero_point)});
    }

    template <typename Op>
    std::string convolution(const char* type, const std::string& source, const std::string& weights, const Op& op) {
        std::vector<std::pair<std::string, OnnxAttribute>> attributes = {{"strides", op.strides},
                                                                         {"dilations", op.dilations},
                                                                         {"pads", both(op.pads_begin, op.pads_end)},
                                                                         {"group", op.groups}};
        if constexpr (requires { op.output_padding; }) {
            attributes.emplace_back("output_padding", op.output_padding);
        }
        if (input("bias") == kAbsent) {
            return to_.node(type, {source, weights}, attributes);
        }
        if (!to_.is_openvino()) {
            return to_.node(type, {source, weights, data("bias")}, attributes);
        }
        Extents channels(shape("data").size(), 1);
        channels[1] = -1;
        const std::string bias = to_.node("Reshape", {data("bias"), to_.integers(channels)});
        return to_.node("Add", {to_.node(type, {source, weights}, attributes), bias});
    }

    /// [G * O, C, ...] as [G, O, C, ...].
    std::string split(const std::string& weights, std::int64_t groups) {
        Extents shape_of_groups = shape("weights");
        shape_of_groups[0] /= groups;
        shape_of_groups.insert(shape_of_groups.begin(), groups);
        return to_.node("Reshape", {weights, to_.integers(shape_of_groups)});
    }

    std::string plus_bias(const std::string& product) {
        return input("bias") == kAbsent ? product : to_.node("Add", {product, data("bias")});
    }

    /// [G * O, C, ...] as [G * C, O, ...], which is how ONNX has the weights of a ConvTranspose; or as [G, C, O, ...].
    std::string exchanged(const std::string& weights, std::int64_t groups) {
        const graph::Shape& from = shape("weights");
        Extents joined{groups * from[1], from[0] / groups};
        Extents order{0, 2, 1};
        for (std::size_t i = 2; i < from.size(); ++i) {
            joined.push_back(from[i]);
            order.push_back(static_cast<std::int64_t>(i) + 1);
        }
        const std::string turned = to_.node("Transpose", {split(weights, groups)}, {{"perm", order}});
        return to_.is_openvino() && groups > 1 ? turned : to_.node("Reshape", {turned, to_.integers(joined)});
    }

    OnnxWriter& to_;
    const graph::Case& value_;
    const graph::Node& node_;
};

}  // namespace

OnnxGraph onnx_graph(const graph::Case& value, ModelDialect dialect) {
    OnnxWriter to(value, dialect);
    for (const graph::Node& node : value.graph.nodes) {
        to.store(node.output, std::visit(NodeLowering(to, value, node), node.operation));
    }
    return std::move(to).graph();
}

}  // namespace difftest::harness
