#include "backends/opencl/heads.hpp"

#include <fmt/format.h>

#include <variant>

// exp(x - largest) / sum of these, or x - largest - log(sum), along one axis.

namespace difftest::backends::opencl {

std::string softmax_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                         const std::string& name) {
    const auto& op = std::get<graph::Softmax>(node.operation);
    const graph::TensorId data = node.inputs[0];
    const auto axis = static_cast<std::size_t>(op.axis);
    const AddressMap map = writer.own_map(data);
    std::vector<std::string> at = coordinates;
    at[axis] = "j";
    const std::string each = fmt::format("convert_float({})", writer.load(data, offset_text(map, at)));
    const std::string own = fmt::format("convert_float({})", writer.load(data, offset_text(map, coordinates)));
    const std::int64_t extent = writer.tensor(data).shape[axis];
    std::string text = fmt::format(
        "    float largest_{0} = -INFINITY;\n"
        "    for (int j = 0; j < {1}; ++j) largest_{0} = fmax(largest_{0}, {2});\n"
        "    float sum_{0} = 0.0f;\n"
        "    for (int j = 0; j < {1}; ++j) sum_{0} += exp({2} - largest_{0});\n",
        name, extent, each);
    const char* const result = op.algorithm == graph::SoftmaxAlgorithm::share
                                   ? "    const float {0} = exp({1} - largest_{0}) / sum_{0};\n"
                                   : "    const float {0} = {1} - largest_{0} - log(sum_{0});\n";
    return text + fmt::format(fmt::runtime(result), name, own);
}

}  // namespace difftest::backends::opencl
