#include "reference/graph/shape_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace difftest::graph {
namespace shape_rules {
namespace {

/// Bias and zero points: one value, or one for each channel that they belong to.
std::optional<Problem> check_channel_parameters(const std::vector<Shape>& inputs, std::int64_t data_channels,
                                                std::int64_t result_channels) {
    const auto per_channel = [&](std::size_t slot, std::string_view name, std::int64_t channels) {
        const bool fits = inputs[slot].empty() || inputs[slot] == Shape{channels};
        return fits ? std::nullopt
                    : std::optional(Problem{fmt::format("/inputs/{}", name),
                                            fmt::format("shape {} is neither scalar nor {} channels",
                                                        to_string(inputs[slot]), channels)});
    };
    if (!inputs[2].empty() && inputs[2] != Shape{result_channels}) {
        return Problem{"/inputs/bias",
                       fmt::format("shape {} is not that of {} channels", to_string(inputs[2]), result_channels)};
    }
    if (auto found = per_channel(3, "data_zero_point", data_channels)) {
        return found;
    }
    return per_channel(4, "weights_zero_point", result_channels);
}

/// What convolution and deconvolution have in common: ranks, channels, groups, kernel, bias and zero points.
/// C = channels of the data, O = channels of the result.
template <typename Op>
std::optional<Problem> check_channels(const Op& op, const std::vector<Shape>& inputs) {
    const Shape& data = inputs[0];
    const Shape& weights = inputs[1];
    if (data.size() < 3 || data.size() > 5) {
        return Problem{"/inputs/data", fmt::format("shape {} has not 1 to 3 spatial dimensions", to_string(data))};
    }
    if (weights.size() != data.size()) {
        return Problem{"/inputs/weights", fmt::format("shape {} has not as many dimensions as the data's {}",
                                                      to_string(weights), to_string(data))};
    }
    if (op.groups < 1 || op.groups > kLargestTerm) {
        return Problem{"/attributes/groups", fmt::format("{} is outside 1 to {}", op.groups, kLargestTerm)};
    }
    if (data[1] % op.groups != 0 || weights[0] % op.groups != 0) {
        return Problem{"/attributes/groups", fmt::format("{} groups do not divide {} data and {} result channels",
                                                         op.groups, data[1], weights[0])};
    }
    if (weights[1] != data[1] / op.groups) {
        return Problem{"/inputs/weights", fmt::format("shape {} has {} channels per group, the data {}",
                                                      to_string(weights), weights[1], data[1] / op.groups)};
    }
    for (std::size_t i = 2; i < weights.size(); ++i) {
        if (weights[i] < 1) {
            return Problem{"/inputs/weights", fmt::format("shape {} has an empty kernel", to_string(weights))};
        }
    }
    return check_channel_parameters(inputs, data[1], weights[0]);
}

template <typename Op>
std::optional<Problem> check_window(const Op& op, const std::vector<Shape>& inputs) {
    const std::size_t spatial = inputs[0].size() - 2;
    if (auto found = bounded(op.strides, "strides", spatial, 1)) {
        return found;
    }
    if (auto found = bounded(op.dilations, "dilations", spatial, 1)) {
        return found;
    }
    if (auto found = bounded(op.pads_begin, "pads_begin", spatial, 0)) {
        return found;
    }
    return bounded(op.pads_end, "pads_end", spatial, 0);
}

}  // namespace

/// O = floor((I + pl + ph - (K - 1) * d - 1) / s) + 1
ShapeResult infer(const Convolution& op, const std::vector<Shape>& inputs) {
    if (auto found = check_channels(op, inputs)) {
        return {{}, found};
    }
    if (auto found = check_window(op, inputs)) {
        return {{}, found};
    }
    Shape result{inputs[0][0], inputs[1][0]};
    for (std::size_t i = 0; i + 2 < inputs[0].size(); ++i) {
        const std::int64_t padded = inputs[0][i + 2] + op.pads_begin[i] + op.pads_end[i];
        const std::int64_t window = (inputs[1][i + 2] - 1) * op.dilations[i] + 1;
        if (window > padded) {
            return problem("/inputs/weights", fmt::format("a window of {} does not fit into {} padded elements of "
                                                          "spatial dimension {}",
                                                          window, padded, i));
        }
        result.push_back((padded - window) / op.strides[i] + 1);
    }
    return {result, std::nullopt};
}

/// O = (I - 1) * s - pl - ph + (K - 1) * d + 1 + output_padding
ShapeResult infer(const Deconvolution& op, const std::vector<Shape>& inputs) {
    if (auto found = check_channels(op, inputs)) {
        return {{}, found};
    }
    if (auto found = check_window(op, inputs)) {
        return {{}, found};
    }
    if (auto found = bounded(op.output_padding, "output_padding", inputs[0].size() - 2, 0)) {
        return {{}, found};
    }
    Shape result{inputs[0][0], inputs[1][0]};
    for (std::size_t i = 0; i + 2 < inputs[0].size(); ++i) {
        if (op.output_padding[i] >= op.strides[i] && op.output_padding[i] >= op.dilations[i]) {
            return problem(fmt::format("/attributes/output_padding/{}", i),
                           fmt::format("{} is not less than the stride {} or the dilation {}", op.output_padding[i],
                                       op.strides[i], op.dilations[i]));
        }
        const std::int64_t size = (inputs[0][i + 2] - 1) * op.strides[i] - op.pads_begin[i] - op.pads_end[i] +
                                  (inputs[1][i + 2] - 1) * op.dilations[i] + 1 + op.output_padding[i];
        if (size < 1) {
            return problem("/attributes/pads_begin",
                           fmt::format("padding leaves {} elements of spatial dimension {}", size, i));
        }
        result.push_back(size);
    }
    return {result, std::nullopt};
}

/// [..., M, K] x [..., K, N] -> [..., M, N] with the dimensions before the last two broadcast.
ShapeResult infer(const Matmul& op, const std::vector<Shape>& inputs) {
    const Shape& a = inputs[0];
    const Shape& b = inputs[1];
    for (const auto& [slot, shape] : {std::pair{"a", &a}, std::pair{"b", &b}}) {
        if (shape->size() < 2) {
            return problem(fmt::format("/inputs/{}", slot), fmt::format("shape {} is no matrix", to_string(*shape)));
        }
    }
    const auto [m, a_depth] =
        op.transpose_a ? std::pair{a.end()[-1], a.end()[-2]} : std::pair{a.end()[-2], a.end()[-1]};
    const auto [b_depth, n] =
        op.transpose_b ? std::pair{b.end()[-1], b.end()[-2]} : std::pair{b.end()[-2], b.end()[-1]};
    auto batch = broadcast({a.begin(), a.end() - 2}, {b.begin(), b.end() - 2});
    if (a_depth != b_depth || !batch) {
        return problem("/inputs/b", fmt::format("shape {} does not multiply with {}", to_string(b), to_string(a)));
    }
    for (const auto& [slot, shape, columns] :
         {std::tuple{"bias", &inputs[2], n}, std::tuple{"a_zero_point", &inputs[3], std::int64_t{1}},
          std::tuple{"b_zero_point", &inputs[4], n}}) {
        if (!shape->empty() && *shape != Shape{columns}) {
            return problem(fmt::format("/inputs/{}", slot),
                           fmt::format("shape {} is neither scalar nor {} columns", to_string(*shape), columns));
        }
    }
    batch->push_back(m);
    batch->push_back(n);
    return {*std::move(batch), std::nullopt};
}

/// [N, C, ...] and [O, C, ...] -> [N, O]
ShapeResult infer(const InnerProduct& /*op*/, const std::vector<Shape>& inputs) {
    const Shape& data = inputs[0];
    const Shape& weights = inputs[1];
    if (data.size() < 2) {
        return problem("/inputs/data", fmt::format("shape {} has no channels", to_string(data)));
    }
    if (weights.size() != data.size() || !std::equal(data.begin() + 1, data.end(), weights.begin() + 1)) {
        return problem("/inputs/weights",
                       fmt::format("shape {} does not cover the data's {}", to_string(weights), to_string(data)));
    }
    if (auto found = check_channel_parameters(inputs, data[1], weights[0])) {
        return {{}, found};
    }
    return {{data[0], weights[0]}, std::nullopt};
}

ShapeResult infer(const Binary& /*op*/, const std::vector<Shape>& inputs) {
    const auto result = broadcast(inputs[0], inputs[1]);
    if (!result) {
        return problem("/inputs/b",
                       fmt::format("shape {} does not broadcast with {}", to_string(inputs[1]), to_string(inputs[0])));
    }
    return {*result, std::nullopt};
}

ShapeResult infer(const Select& /*op*/, const std::vector<Shape>& inputs) {
    const auto branches = broadcast(inputs[1], inputs[2]);
    if (!branches) {
        return problem("/inputs/b",
                       fmt::format("shape {} does not broadcast with {}", to_string(inputs[2]), to_string(inputs[1])));
    }
    const auto result = broadcast(inputs[0], *branches);
    if (!result) {
        return problem("/inputs/condition", fmt::format("shape {} does not broadcast with the branches' {}",
                                                        to_string(inputs[0]), to_string(*branches)));
    }
    return {*result, std::nullopt};
}

ShapeResult infer(const Sum& /*op*/, const std::vector<Shape>& inputs) {
    if (inputs[1] != inputs[0]) {
        return problem("/inputs/previous",
                       fmt::format("shape {} is not the data's {}", to_string(inputs[1]), to_string(inputs[0])));
    }
    return {inputs[0], std::nullopt};
}

/// Every other operation works element by element on its first input; the others broadcast to that.
template <typename Op>
ShapeResult infer(const Op& op, const std::vector<Shape>& inputs) {
    const auto slots = slots_of(Operation(op));
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        if (broadcast(inputs[0], inputs[i]) != inputs[0]) {
            return problem(fmt::format("/inputs/{}", slots[i].name),
                           fmt::format("shape {} does not broadcast to the data's {}", to_string(inputs[i]),
                                       to_string(inputs[0])));
        }
    }
    return {inputs[0], std::nullopt};
}

}  // namespace shape_rules

ShapeResult infer_shape(const Operation& operation, const std::vector<Shape>& inputs) {
    using shape_rules::kLargestTerm;
    using shape_rules::problem;
    const auto slots = slots_of(operation);
    if (inputs.size() != slots.size()) {
        return problem("/inputs", fmt::format("{} inputs for {} slots", inputs.size(), slots.size()));
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        for (const std::int64_t dimension : inputs[i]) {
            if (dimension < 0 || dimension > kLargestTerm) {
                return problem(fmt::format("/inputs/{}", slots[i].name),
                               fmt::format("dimension {} is outside 0 to {}", dimension, kLargestTerm));
            }
        }
    }
    return std::visit([&](const auto& op) { return shape_rules::infer(op, inputs); }, operation);
}

}  // namespace difftest::graph
