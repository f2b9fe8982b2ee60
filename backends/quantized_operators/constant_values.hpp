#pragma once

#include "reference/graph/case.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace difftest::backends::quantized {

/// The values of a constant that is broadcast to `target` and differs along `axis` at most: one, or one for each place
/// along the axis. Nothing when it is no constant, or differs elsewhere.
std::optional<std::vector<double>> values_along(const graph::Case& value, graph::TensorId constant,
                                                const graph::Shape& target, std::size_t axis);

/// The value of a constant whose elements are all the same; `otherwise` when it is absent. Nothing when it is no
/// constant, or they differ.
std::optional<double> single_value(const graph::Case& value, graph::TensorId constant, double otherwise);

/// Value `index` of a list that holds one value for all indices, or one for each.
template <typename Value>
Value at_channel(const std::vector<Value>& values, std::size_t index) {
    return values[values.size() == 1 ? 0 : index];
}

}  // namespace difftest::backends::quantized
