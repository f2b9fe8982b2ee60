#include "backends/opencl/contraction_geometry.hpp"
#include "backends/opencl/heads.hpp"

#include <fmt/format.h>

// result[..., m, n] = bias[n] + sum over k of (a[..., m, k] - za) * (b[..., k, n] - zb[n])

namespace difftest::backends::opencl {
namespace {

/// The coordinates of an operand: those of the result for the dimensions before the matrix, 0 where it is repeated.
std::vector<std::string> operand_coordinates(const graph::Shape& shape, const std::vector<std::string>& result,
                                             const std::string& row, const std::string& column) {
    std::vector<std::string> at;
    const std::size_t missing = result.size() - shape.size();
    for (std::size_t d = 0; d + 2 < shape.size(); ++d) {
        at.push_back(shape[d] == 1 ? "0" : result[missing + d]);
    }
    at.push_back(row);
    at.push_back(column);
    return at;
}

}  // namespace

std::string matmul_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                        const std::string& name) {
    const auto& op = std::get<graph::Matmul>(node.operation);
    const graph::TensorId a = node.inputs[0];
    const graph::TensorId b = node.inputs[1];
    const graph::Shape& a_shape = writer.tensor(a).shape;
    const std::int64_t depth = a_shape[a_shape.size() - (op.transpose_a ? 2 : 1)];
    const std::string& m = coordinates[coordinates.size() - 2];
    const std::string& n = coordinates.back();
    const bool integer = graph::is_integer(writer.tensor(a).type);
    const bool is_long = integer && needs_long_sums(writer.value(), node, depth);

    const auto a_at = operand_coordinates(a_shape, coordinates, op.transpose_a ? "k" : m, op.transpose_a ? m : "k");
    const auto b_at =
        operand_coordinates(writer.tensor(b).shape, coordinates, op.transpose_b ? n : "k", op.transpose_b ? "k" : n);
    std::string x = writer.load(a, offset_text(writer.own_map(a), a_at));
    std::string w = writer.load(b, offset_text(writer.own_map(b), b_at));
    if (node.inputs[3] != graph::kAbsent) {
        x = fmt::format("({} - {})", x, channel_parameter(writer, node.inputs[3], "0"));
    }
    if (node.inputs[4] != graph::kAbsent) {
        w = fmt::format("({} - {})", w, channel_parameter(writer, node.inputs[4], n));
    }
    std::string text = fmt::format("    {} sum_{} = 0;\n", integer ? (is_long ? "long" : "int") : "float", name);
    text += fmt::format("    for (int k = 0; k < {}; ++k) {{\n", depth);
    text += fmt::format("        sum_{} += {}{} * {};\n    }}\n", name, is_long ? "(long)" : "", x, w);
    return text + result_text(writer, node, name, n, fmt::format("sum_{}", name));
}

}  // namespace difftest::backends::opencl
