#include "reference/graph/shape_rules.hpp"

#include <fmt/format.h>

#include <utility>

// Operations that make one element of many: pooling, reductions and resampling.

namespace difftest::graph::shape_rules {
namespace {

std::optional<Problem> check_spatial(const Shape& data) {
    if (data.size() < 3 || data.size() > 5) {
        return Problem{"/inputs/data", fmt::format("shape {} has not 1 to 3 spatial dimensions", to_string(data))};
    }
    return std::nullopt;
}

std::optional<Problem> check_window(const Pooling& op, std::size_t spatial) {
    const std::pair<std::string_view, const std::vector<std::int64_t>&> positive[] = {
        {"kernel", op.kernel}, {"strides", op.strides}, {"dilations", op.dilations}};
    for (const auto& [name, values] : positive) {
        if (auto found = bounded(values, name, spatial, 1)) {
            return found;
        }
    }
    if (auto found = bounded(op.pads_begin, "pads_begin", spatial, 0)) {
        return found;
    }
    return bounded(op.pads_end, "pads_end", spatial, 0);
}

/// A window without data has no maximum and no average. Window p of `count` begins at p * stride - pads_begin.
std::optional<Problem> check_windows_hold_data(const Pooling& op, std::size_t i, std::int64_t size,
                                               std::int64_t count) {
    if (op.pads_begin[i] > (op.kernel[i] - 1) * op.dilations[i]) {
        return Problem{fmt::format("/attributes/pads_begin/{}", i), "the first window holds padding only"};
    }
    if (op.pads_begin[i] > 0 && op.dilations[i] > size) {
        return Problem{fmt::format("/attributes/dilations/{}", i),
                       fmt::format("{} steps over the {} elements of the data", op.dilations[i], size)};
    }
    if ((count - 1) * op.strides[i] - op.pads_begin[i] >= size) {
        return Problem{fmt::format("/attributes/pads_end/{}", i), "the last window holds padding only"};
    }
    return std::nullopt;
}

}  // namespace

/// O = floor((I + pl + ph - (K - 1) * d - 1) / s) + 1
ShapeResult infer(const Pooling& op, const std::vector<Shape>& inputs) {
    const Shape& data = inputs[0];
    if (auto found = check_spatial(data)) {
        return {{}, found};
    }
    if (auto found = check_window(op, data.size() - 2)) {
        return {{}, found};
    }
    Shape result{data[0], data[1]};
    for (std::size_t i = 0; i + 2 < data.size(); ++i) {
        const std::int64_t padded = data[i + 2] + op.pads_begin[i] + op.pads_end[i];
        const std::int64_t window = (op.kernel[i] - 1) * op.dilations[i] + 1;
        if (window > padded) {
            return problem(fmt::format("/attributes/kernel/{}", i),
                           fmt::format("a window of {} does not fit into {} padded elements", window, padded));
        }
        result.push_back((padded - window) / op.strides[i] + 1);
        if (auto found = check_windows_hold_data(op, i, data[i + 2], result.back())) {
            return {{}, found};
        }
    }
    return {std::move(result), std::nullopt};
}

ShapeResult infer(const Reduction& op, const std::vector<Shape>& inputs) {
    Shape result = inputs[0];
    if (op.axes.empty()) {
        return problem("/attributes/axes", "there is no axis");
    }
    std::int64_t before = -1;
    for (std::size_t i = 0; i < op.axes.size(); ++i) {
        const std::string place = fmt::format("/attributes/axes/{}", i);
        if (op.axes[i] < 0 || op.axes[i] >= static_cast<std::int64_t>(result.size())) {
            return problem(place, fmt::format("there is no dimension {} in {}", op.axes[i], to_string(inputs[0])));
        }
        if (op.axes[i] <= before) {
            return problem(place, fmt::format("axis {} does not ascend", op.axes[i]));
        }
        before = op.axes[i];
        std::int64_t& dimension = result[static_cast<std::size_t>(before)];
        if (dimension == 0) {
            return problem(place, fmt::format("dimension {} of {} is empty", before, to_string(inputs[0])));
        }
        dimension = 1;
    }
    return {std::move(result), std::nullopt};
}

ShapeResult infer(const Softmax& op, const std::vector<Shape>& inputs) {
    const Shape& data = inputs[0];
    if (op.axis < 0 || op.axis >= static_cast<std::int64_t>(data.size())) {
        return problem("/attributes/axis", fmt::format("there is no dimension {} in {}", op.axis, to_string(data)));
    }
    return {data, std::nullopt};
}

ShapeResult infer(const Resampling& op, const std::vector<Shape>& inputs) {
    const Shape& data = inputs[0];
    if (auto found = check_spatial(data)) {
        return {{}, found};
    }
    if (auto found = bounded(op.sizes, "sizes", data.size() - 2, 1)) {
        return {{}, found};
    }
    Shape result{data[0], data[1]};
    for (std::size_t i = 0; i + 2 < data.size(); ++i) {
        if (data[i + 2] == 0) {
            return problem("/inputs/data", fmt::format("spatial dimension {} of {} is empty", i, to_string(data)));
        }
        result.push_back(op.sizes[i]);
    }
    return {std::move(result), std::nullopt};
}

}  // namespace difftest::graph::shape_rules
