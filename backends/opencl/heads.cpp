#include "backends/opencl/heads.hpp"

#include <fmt/format.h>

#include <variant>

namespace difftest::backends::opencl {

std::string head_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                      const std::string& name) {
    if (std::holds_alternative<graph::Matmul>(node.operation)) {
        return matmul_text(writer, node, coordinates, name);
    }
    if (graph::is_contraction(node.operation)) {
        return convolution_text(writer, node, coordinates, name);
    }
    if (std::holds_alternative<graph::Pooling>(node.operation)) {
        return pooling_text(writer, node, coordinates, name);
    }
    if (std::holds_alternative<graph::Reduction>(node.operation)) {
        return reduction_text(writer, node, coordinates, name);
    }
    if (std::holds_alternative<graph::Resampling>(node.operation)) {
        return resampling_text(writer, node, coordinates, name);
    }
    if (std::holds_alternative<graph::Softmax>(node.operation)) {
        return softmax_text(writer, node, coordinates, name);
    }
    return movement_text(writer, node, coordinates, name);
}

std::string stored_real(const graph::Tensor& tensor, const std::string& name, const std::string& expression) {
    if (tensor.type == graph::DataType::f32) {
        return fmt::format("    const float {} = {};\n", name, expression);
    }
    return fmt::format("    const {} {} = to_{}_1({});\n", graph::is_integer(tensor.type) ? "int" : "float", name,
                       graph::name_of(tensor.type), expression);
}

}  // namespace difftest::backends::opencl
