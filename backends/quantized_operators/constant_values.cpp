#include "backends/quantized_operators/constant_values.hpp"

#include <algorithm>

namespace difftest::backends::quantized {

std::optional<std::vector<double>> values_along(const graph::Case& value, graph::TensorId constant,
                                                const graph::Shape& target, std::size_t axis) {
    if (constant == graph::kAbsent || value.graph.tensor(constant).role != graph::TensorRole::constant) {
        return std::nullopt;
    }
    const graph::TensorData& data = value.data_of(constant);
    const graph::Shape& shape = data.shape();
    if (shape.size() > target.size()) {
        return std::nullopt;
    }
    std::vector<double> values;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        values.push_back(data.at(i));
    }
    const auto differs = [&](double each) { return each != values.front(); };
    if (!values.empty() && std::none_of(values.begin(), values.end(), differs)) {
        return std::vector{values.front()};
    }
    const std::size_t missing = target.size() - shape.size();
    const bool along = axis >= missing && axis < target.size() && shape[axis - missing] == data.size();
    return along && data.size() == target[axis] ? std::optional(values) : std::nullopt;
}

std::optional<double> single_value(const graph::Case& value, graph::TensorId constant, double otherwise) {
    if (constant == graph::kAbsent) {
        return otherwise;
    }
    const auto values = values_along(value, constant, value.graph.tensor(constant).shape, 0);
    return values && values->size() == 1 ? std::optional(values->front()) : std::nullopt;
}

}  // namespace difftest::backends::quantized
