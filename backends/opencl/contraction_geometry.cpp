#include "backends/opencl/contraction_geometry.hpp"

#include "backends/opencl/heads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <variant>

namespace difftest::backends::opencl {
namespace {

constexpr std::int64_t kLargestS32 = std::numeric_limits<std::int32_t>::max();

template <typename Op>
void read_window(const Op& op, const graph::Shape& data, const graph::Shape& weights, ContractionGeometry& geometry) {
    geometry.groups = op.groups;
    for (std::size_t d = 2; d < data.size(); ++d) {
        geometry.axes.push_back({weights[d], data[d], op.strides[d - 2], op.dilations[d - 2], op.pads_begin[d - 2]});
    }
}

}  // namespace

std::int64_t ContractionGeometry::taps() const {
    std::int64_t count = inputs_per_group;
    for (const Axis& axis : axes) {
        count *= axis.kernel;
    }
    return count;
}

ContractionGeometry contraction_geometry(const graph::Graph& graph, const graph::Node& node) {
    const graph::Shape& data = graph.tensor(graph::input_at(node, "data")).shape;
    const graph::Shape& weights = graph.tensor(graph::input_at(node, "weights")).shape;
    ContractionGeometry geometry;
    if (const auto* convolution = std::get_if<graph::Convolution>(&node.operation)) {
        read_window(*convolution, data, weights, geometry);
    } else if (const auto* deconvolution = std::get_if<graph::Deconvolution>(&node.operation)) {
        read_window(*deconvolution, data, weights, geometry);
        geometry.transposed = true;
    } else {
        geometry.has_positions = false;
        for (std::size_t d = 2; d < data.size(); ++d) {
            geometry.axes.push_back({weights[d], data[d], 1, 1, 0});
        }
    }
    geometry.inputs_per_group = data[1] / geometry.groups;
    geometry.outputs_per_group = weights[0] / geometry.groups;
    return geometry;
}

std::int64_t largest_magnitude(const graph::Case& value, graph::TensorId operand, graph::TensorId zero_point) {
    const graph::DataType type = value.graph.tensor(operand).type;
    std::int64_t largest = 0;
    const std::int64_t count = zero_point == graph::kAbsent ? 1 : value.data_of(zero_point).size();
    if (count == 0) {
        return kLargestS32;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        const auto shift =
            zero_point == graph::kAbsent ? 0 : static_cast<std::int64_t>(value.data_of(zero_point).at(i));
        largest =
            std::max({largest, std::abs(graph::lowest_of(type) - shift), std::abs(graph::highest_of(type) - shift)});
    }
    return largest;
}

bool needs_long_sums(const graph::Case& value, const graph::Node& node, std::int64_t taps) {
    const std::int64_t x = largest_magnitude(value, node.inputs[0], node.inputs[3]);
    const std::int64_t w = largest_magnitude(value, node.inputs[1], node.inputs[4]);
    return static_cast<double>(x) * static_cast<double>(w) * static_cast<double>(taps) >
           static_cast<double>(kLargestS32);
}

std::string channel_parameter(KernelWriter& writer, graph::TensorId id, const std::string& channel) {
    if (id == graph::kAbsent) {
        return "";
    }
    const graph::Tensor& tensor = writer.tensor(id);
    const bool single = graph::element_count(tensor.shape) == 1;
    if (single && tensor.role == graph::TensorRole::constant) {
        const double constant = writer.value().data_of(id).at(0);
        if (!graph::is_integer(tensor.type)) {
            return literal(static_cast<float>(constant));
        }
        const auto number = static_cast<std::int64_t>(constant);
        return number < -kLargestS32 ? "(-2147483647 - 1)" : fmt::format("({})", number);
    }
    return writer.load(id, single ? "0" : channel);
}

std::string position_text(const ContractionGeometry& geometry, std::size_t axis,
                          const std::vector<std::string>& coordinates) {
    const ContractionGeometry::Axis& is = geometry.axes[axis];
    if (!geometry.has_positions) {
        return fmt::format("        const int i{0} = k{0};\n", axis);
    }
    const std::string& at = coordinates[axis + 2];
    if (geometry.transposed) {
        return fmt::format(
            "        const int p{0} = {1} + {2} - k{0} * {3};\n"
            "        if (p{0} < 0 || p{0} % {4} != 0 || p{0} / {4} >= {5}) continue;\n"
            "        const int i{0} = p{0} / {4};\n",
            axis, at, is.pad, is.dilation, is.stride, is.input);
    }
    return fmt::format(
        "        const int i{0} = {1} * {2} - {3} + k{0} * {4};\n"
        "        if (i{0} < 0 || i{0} >= {5}) continue;\n",
        axis, at, is.stride, is.pad, is.dilation, is.input);
}

std::string result_text(KernelWriter& writer, const graph::Node& node, const std::string& name,
                        const std::string& channel, const std::string& sum) {
    const std::string bias = channel_parameter(writer, node.inputs[2], channel);
    const graph::Tensor& output = writer.tensor(node.output);
    if (!graph::is_integer(output.type)) {
        return stored_real(output, name, bias.empty() ? sum : fmt::format("{} + {}", sum, bias));
    }
    // In unsigned arithmetic: what overflows is outside the contract, and must be no undefined behaviour all the same.
    const std::string added = bias.empty() ? "" : fmt::format(" + (uint)({})", bias);
    return fmt::format("    const int {} = (int)((uint)({}){});\n", name, sum, added);
}

}  // namespace difftest::backends::opencl
