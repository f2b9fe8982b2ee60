#include "backends/onnxruntime/node_lowering.hpp"
#include "backends/quantized_operators/constant_values.hpp"
#include "backends/quantized_operators/contraction_operator.hpp"

#include <algorithm>
#include <numeric>
#include <type_traits>

namespace difftest::backends::onnxruntime {
namespace {

using graph::DataType;
using Extents = std::vector<std::int64_t>;

constexpr std::int64_t kInt32 = 6;  // TensorProto.INT32

/// [1, O, 1, ...] for a bias of the channels.
std::string channel_bias(ModelWriter& to, graph::TensorId bias, std::size_t rank) {
    Extents shape(rank, 1);
    shape[1] = -1;
    return to.node("Reshape", {to.tensor(bias), to.integers(shape)});
}

/// A convolution or deconvolution of the integers as numbers of f32, which holds its sums: ONNX has no deconvolution of
/// integers, and no ConvInteger with a zero point for each channel of the data.
template <typename Window>
void lower_as_floats(ModelWriter& to, const graph::Case& value, const graph::Node& node, const Window& window) {
    constexpr bool kTransposed = std::is_same_v<Window, graph::Deconvolution>;
    constexpr double kExactInteger = 0x1p24;
    if (quantized::largest_sum(value, node) > kExactInteger) {
        fail(node, "sums that f32 does not hold exactly, where ONNX has no operator of integers");
    }
    const auto less = [&](std::size_t slot, std::size_t zero_slot, std::int64_t axis) {
        std::string x = real(to, value, node.inputs[slot]);
        if (node.inputs[zero_slot] == graph::kAbsent) {
            return x;
        }
        Extents shape(value.graph.tensor(node.inputs[slot]).shape.size(), 1);
        shape[static_cast<std::size_t>(axis)] = -1;
        const std::string zero = real(to, value, node.inputs[zero_slot]);
        return to.node("Sub", {x, to.node("Reshape", {zero, to.integers(shape)})});
    };
    const std::string x = less(0, 3, 1);
    std::string w = less(1, 4, 0);
    Attributes attributes{{"strides", window.strides},
                          {"dilations", window.dilations},
                          {"pads", joined(window.pads_begin, window.pads_end)},
                          {"group", window.groups}};
    if constexpr (kTransposed) {
        for (std::size_t d = 0; d < window.strides.size(); ++d) {
            if (window.output_padding[d] >= window.strides[d]) {
                fail(node, "an output padding that is not below the stride");
            }
        }
        attributes.emplace_back("output_padding", window.output_padding);
        // [G * O, C, ...] to [G, O, C, ...] to [G, C, O, ...] to [G * C, O, ...]
        const graph::Shape& from = value.graph.tensor(node.inputs[1]).shape;
        Extents split{window.groups, from[0] / window.groups};
        Extents order{0, 2, 1};
        Extents together{window.groups * from[1], from[0] / window.groups};
        for (std::size_t d = 1; d < from.size(); ++d) {
            split.push_back(from[d]);
        }
        for (std::size_t d = 2; d < from.size(); ++d) {
            order.push_back(static_cast<std::int64_t>(d) + 1);
            together.push_back(from[d]);
        }
        w = to.node("Transpose", {to.node("Reshape", {w, to.integers(split)})}, {{"perm", order}});
        w = to.node("Reshape", {w, to.integers(together)});
    }
    std::vector<std::string> inputs{x, w};
    if (node.inputs[2] != graph::kAbsent) {
        inputs.push_back(real(to, value, node.inputs[2]));
    }
    const std::string sums = to.node(kTransposed ? "ConvTranspose" : "Conv", inputs, attributes);
    to.store(node.output, to.node("Cast", {sums}, {{"to", kInt32}}));
}

std::string zero_point(ModelWriter& to, const graph::Case& value, const graph::Node& node, std::size_t slot,
                       DataType type, bool one) {
    const graph::TensorId id = node.inputs[slot];
    if (id == graph::kAbsent) {
        return to.number(0, type);
    }
    if (value.graph.tensor(id).role != graph::TensorRole::constant) {
        fail(node, "a zero point that is no constant");
    }
    const auto single = quantized::single_value(value, id, 0);
    if (single) {
        return to.number(*single, type);
    }
    if (one) {
        fail(node, "a zero point of the data for each channel");
    }
    std::vector<double> values;
    for (std::int64_t i = 0; i < value.data_of(id).size(); ++i) {
        values.push_back(value.data_of(id).at(i));
    }
    return to.numbers(values, type);
}

}  // namespace

void lower_integer_contraction(ModelWriter& to, const graph::Case& value, const graph::Node& node) {
    constexpr std::size_t kBias = 2;
    if (const auto* deconvolution = std::get_if<graph::Deconvolution>(&node.operation)) {
        return lower_as_floats(to, value, node, *deconvolution);
    }
    const auto* const convolution = std::get_if<graph::Convolution>(&node.operation);
    if (convolution != nullptr && !quantized::single_value(value, node.inputs[3], 0)) {
        return lower_as_floats(to, value, node, *convolution);
    }
    const graph::Tensor& data = value.graph.tensor(node.inputs[0]);
    const graph::Tensor& weights = value.graph.tensor(node.inputs[1]);
    const std::string zx = zero_point(to, value, node, 3, data.type, true);
    const std::string zw = zero_point(to, value, node, 4, weights.type, false);
    std::string x = to.tensor(node.inputs[0]);
    std::string w = to.tensor(node.inputs[1]);
    const auto turned = [&to](const std::string& name, std::size_t rank) {
        Extents order(rank);
        std::iota(order.begin(), order.end(), 0);
        std::iter_swap(order.end() - 1, order.end() - 2);
        return to.node("Transpose", {name}, {{"perm", order}});
    };
    std::string sums;
    if (const auto* const op = convolution) {
        sums = to.node("ConvInteger", {x, w, zx, zw},
                       {{"strides", op->strides},
                        {"dilations", op->dilations},
                        {"pads", joined(op->pads_begin, op->pads_end)},
                        {"group", op->groups}});
        if (node.inputs[kBias] != graph::kAbsent) {
            sums = to.node("Add", {sums, channel_bias(to, node.inputs[kBias], data.shape.size())});
        }
        to.store(node.output, sums);
        return;
    }
    if (const auto* op = std::get_if<graph::Matmul>(&node.operation)) {
        x = op->transpose_a ? turned(x, data.shape.size()) : x;
        w = op->transpose_b ? turned(w, weights.shape.size()) : w;
    } else {
        x = to.node("Reshape", {x, to.integers({data.shape[0], -1})});
        w = turned(to.node("Reshape", {w, to.integers({weights.shape[0], -1})}), 2);
    }
    sums = to.node("MatMulInteger", {x, w, zx, zw});
    if (node.inputs[kBias] != graph::kAbsent) {
        sums = to.node("Add", {sums, to.tensor(node.inputs[kBias])});
    }
    to.store(node.output, sums);
}

}  // namespace difftest::backends::onnxruntime
