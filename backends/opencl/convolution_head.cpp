#include "backends/opencl/contraction_geometry.hpp"
#include "backends/opencl/heads.hpp"

#include <fmt/format.h>

// Convolution, deconvolution and inner product, one element at a time (reference/graph/operations.hpp).

namespace difftest::backends::opencl {
namespace {

std::string shifted(const std::string& value, const std::string& zero_point) {
    return zero_point.empty() ? value : fmt::format("({} - {})", value, zero_point);
}

}  // namespace

std::string convolution_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                             const std::string& name) {
    const graph::TensorId data = node.inputs[0];
    const graph::TensorId weights = node.inputs[1];
    const ContractionGeometry geometry = contraction_geometry(writer.graph(), node);
    const bool integer = graph::is_integer(writer.tensor(data).type);
    const bool is_long = integer && needs_long_sums(writer.value(), node, geometry.taps());
    const std::string type = integer ? (is_long ? "long" : "int") : "float";

    std::string text = fmt::format("    {} sum_{} = 0;\n", type, name);
    text += fmt::format("    for (int ic = 0; ic < {}; ++ic) {{\n", geometry.inputs_per_group);
    const std::string group = geometry.groups == 1 ? ""
                                                   : fmt::format("{} / {} * {} + ", coordinates[1],
                                                                 geometry.outputs_per_group, geometry.inputs_per_group);
    text += fmt::format("        const int channel = {}ic;\n", group);
    std::vector<std::string> data_at{coordinates[0], "channel"};
    std::vector<std::string> weights_at{coordinates[1], "ic"};
    for (std::size_t axis = 0; axis < geometry.axes.size(); ++axis) {
        text += fmt::format("        for (int k{0} = 0; k{0} < {1}; ++k{0}) {{\n", axis, geometry.axes[axis].kernel);
        text += position_text(geometry, axis, coordinates);
        data_at.push_back(fmt::format("i{}", axis));
        weights_at.push_back(fmt::format("k{}", axis));
    }
    const std::string x = shifted(writer.load(data, offset_text(writer.own_map(data), data_at)),
                                  channel_parameter(writer, node.inputs[3], "channel"));
    const std::string w = shifted(writer.load(weights, offset_text(writer.own_map(weights), weights_at)),
                                  channel_parameter(writer, node.inputs[4], coordinates[1]));
    text += fmt::format("        sum_{} += {}{} * {};\n", name, is_long ? "(long)" : "", x, w);
    text += "    " + std::string(geometry.axes.size() + 1, '}') + "\n";
    return text + result_text(writer, node, name, coordinates[1], fmt::format("sum_{}", name));
}

}  // namespace difftest::backends::opencl
