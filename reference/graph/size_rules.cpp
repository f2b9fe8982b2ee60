#include "reference/graph/size_rules.hpp"

#include <fmt/format.h>

namespace difftest::graph {

std::optional<std::string> complaint_about_shape(const Shape& shape, const Limits& limits) {
    if (shape.size() > kHighestRank) {
        return fmt::format("{} dimensions are more than {}", shape.size(), kHighestRank);
    }
    for (const std::int64_t dimension : shape) {
        if (dimension < 0) {
            return fmt::format("dimension {} is negative", dimension);
        }
        // Also beside a dimension of 0, so that no formula meets a dimension beyond the limit.
        if (dimension > limits.elements_per_tensor) {
            return fmt::format("dimension {} is more than {}", dimension, limits.elements_per_tensor);
        }
    }
    const auto count = element_count(shape);
    if (!count || *count > limits.elements_per_tensor) {
        return fmt::format("shape {} has more than {} elements", to_string(shape), limits.elements_per_tensor);
    }
    return std::nullopt;
}

std::optional<Problem> problem_of_total_size(const Graph& graph, const Limits& limits) {
    // No overflow: every tensor has at most 2^28 elements by default, and there cannot be 2^33 tensors.
    std::int64_t bytes = 0;
    for (const Tensor& tensor : graph.tensors) {
        bytes += element_count(tensor.shape).value_or(0) * static_cast<std::int64_t>(size_of(tensor.type));
        if (bytes > limits.bytes_per_case) {
            return Problem{"/graph",
                           fmt::format("the tensors together have more than {} bytes", limits.bytes_per_case)};
        }
    }
    return std::nullopt;
}

}  // namespace difftest::graph
