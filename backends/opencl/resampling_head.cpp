#include "backends/opencl/heads.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

// Position p of O lies at (p + 1/2) * I / O - 1/2 of the data's I elements, in f32 from left to right. Beyond the
// border the outermost element repeats.

namespace difftest::backends::opencl {
namespace {

std::string coordinate_text(std::size_t axis, const std::string& position, std::int64_t from, std::int64_t to) {
    return fmt::format("    const float s{0} = quotient_1((convert_float({1}) + 0.5f) * {2}, {3}) - 0.5f;\n", axis,
                       position, literal(static_cast<float>(from)), literal(static_cast<float>(to)));
}

std::string nearest_text(KernelWriter& writer, const graph::Node& node, std::vector<std::string> at,
                         const std::string& name) {
    const graph::TensorId data = node.inputs[0];
    const graph::Shape& shape = writer.tensor(data).shape;
    std::string text;
    for (std::size_t d = 2; d < shape.size(); ++d) {
        text += fmt::format("    const int i{0} = clamp(convert_int_sat(round(s{0})), 0, {1});\n", d - 2, shape[d] - 1);
        at.push_back(fmt::format("i{}", d - 2));
    }
    const bool integer = graph::is_integer(writer.tensor(data).type);
    return text + fmt::format("    const {} {} = {};\n", integer ? "int" : "float", name,
                              writer.load(data, offset_text(writer.own_map(data), at)));
}

std::string linear_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& at,
                        const std::string& name) {
    const graph::TensorId data = node.inputs[0];
    const graph::Shape& shape = writer.tensor(data).shape;
    const std::size_t spatial = shape.size() - 2;
    std::string text;
    for (std::size_t d = 0; d < spatial; ++d) {
        // Truncation and absolute value are what the border needs: there both neighbours are the outermost element.
        text += fmt::format(
            "    const int l{0} = clamp(convert_int_sat_rtz(s{0}), 0, {1});\n"
            "    const int u{0} = clamp(convert_int_sat(ceil(s{0})), 0, {1});\n"
            "    const float w{0} = fabs(s{0} - convert_float(l{0}));\n",
            d, shape[d + 2] - 1);
    }
    std::vector<std::string> terms;
    for (unsigned corner = 0; corner < 1U << spatial; ++corner) {
        std::vector<std::string> corner_at = at;
        std::string weights;
        for (std::size_t d = 0; d < spatial; ++d) {
            const bool upper = ((corner >> (spatial - 1 - d)) & 1U) != 0;
            corner_at.push_back(fmt::format("{}{}", upper ? 'u' : 'l', d));
            weights += upper ? fmt::format(" * w{}", d) : fmt::format(" * (1.0f - w{})", d);
        }
        const std::string x = writer.load(data, offset_text(writer.own_map(data), corner_at));
        terms.push_back(fmt::format("convert_float({}){}", x, weights));
    }
    return text + stored_real(writer.tensor(node.output), name, fmt::format("{}", fmt::join(terms, " + ")));
}

}  // namespace

std::string resampling_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                            const std::string& name) {
    const auto& op = std::get<graph::Resampling>(node.operation);
    const graph::Shape& data = writer.tensor(node.inputs[0]).shape;
    std::string text;
    for (std::size_t d = 0; d < op.sizes.size(); ++d) {
        text += coordinate_text(d, coordinates[d + 2], data[d + 2], op.sizes[d]);
    }
    const std::vector<std::string> at{coordinates[0], coordinates[1]};
    return text + (op.algorithm == graph::ResamplingAlgorithm::nearest ? nearest_text(writer, node, at, name)
                                                                       : linear_text(writer, node, at, name));
}

}  // namespace difftest::backends::opencl
