#include "backends/onednn/affine_steps.hpp"
#include "backends/onednn/lowering.hpp"

#include <fmt/format.h>

/// quantize, requantize, dequantize and convert as steps. What each computes: reference/graph/operations.hpp.
namespace difftest::backends::onednn {

using graph::BinaryAlgorithm;
using graph::TensorData;

namespace {

std::optional<CannotLower> why_rounding_differs(const graph::Node& node, graph::Rounding rounding) {
    if (rounding == graph::Rounding::half_to_even) {
        return std::nullopt;
    }
    return CannotLower{fmt::format("'{}': the library rounds half to even only", node.name)};
}

/// Whether the f32 zero points are the s32 ones.
bool exact_in_f32(const TensorData& zero_points) {
    for (std::int64_t index = 0; index < zero_points.size(); ++index) {
        if (static_cast<double>(static_cast<float>(zero_points.at(index))) != zero_points.at(index)) {
            return false;
        }
    }
    return true;
}

/// The zero point of a node as an f32 parameter when it is a constant; 0 when the slot is unused.
std::optional<TensorData> constant_zero_point(const graph::Case& value, graph::TensorId tensor) {
    if (tensor == graph::kAbsent) {
        return f32_scalar(0.0F);
    }
    if (value.graph.tensor(tensor).role == graph::TensorRole::constant) {
        return as_f32(value.data_of(tensor));
    }
    return std::nullopt;
}

void append_zero_point(Steps& steps, const graph::Case& value, graph::TensorId tensor) {
    if (const std::optional<TensorData> zero_point = constant_zero_point(value, tensor)) {
        append_affine(steps, f32_scalar(1.0F), *zero_point);
    } else {
        steps.push_back(BinaryStep{BinaryAlgorithm::add, tensor});
    }
}

bool has_no_zero_point(const graph::Case& value, graph::TensorId tensor) {
    const std::optional<TensorData> zero_point = constant_zero_point(value, tensor);
    return zero_point && all_of(*zero_point, [](float shift) { return shift == 0.0F; });
}

/// Zero point, rounding and saturation after the scaling that `steps` already holds.
void append_rounding_and_zero_point(Steps& steps, const graph::Case& value, const graph::Node& node,
                                    graph::ZeroPointSite site, Position position) {
    const graph::TensorId zero_point = graph::input_at(node, "zero_point");
    const bool rounds_first = site == graph::ZeroPointSite::after_rounding;
    const bool store_rounds = position == Position::end && (!rounds_first || has_no_zero_point(value, zero_point));
    if (!rounds_first) {
        append_zero_point(steps, value, zero_point);
    }
    if (!store_rounds) {
        append_round(steps);
    }
    if (rounds_first) {
        append_zero_point(steps, value, zero_point);
    }
    if (position == Position::middle) {
        append_clip_to_type(steps, value.graph.tensor(node.output).type);
    }
}

std::optional<CannotLower> why_zero_point_is_inexact(const graph::Case& value, const graph::Node& node) {
    const graph::TensorId tensor = graph::input_at(node, "zero_point");
    if (tensor == graph::kAbsent || value.graph.tensor(tensor).role != graph::TensorRole::constant ||
        exact_in_f32(value.data_of(tensor))) {
        return std::nullopt;
    }
    return CannotLower{fmt::format("'{}': its zero point is not exact in f32", node.name)};
}

/// x * factor, where the factor is a tensor of the graph.
void append_factor(Steps& steps, const graph::Case& value, graph::TensorId factor) {
    if (value.graph.tensor(factor).role == graph::TensorRole::constant) {
        append_affine(steps, as_f32(value.data_of(factor)), f32_scalar(0.0F));
    } else {
        steps.push_back(BinaryStep{BinaryAlgorithm::multiply, factor});
    }
}

}  // namespace

Lowering lower_quantize(const graph::Case& value, const graph::Node& node, Position position) {
    const auto& operation = std::get<graph::Quantize>(node.operation);
    if (auto reason = why_rounding_differs(node, operation.rounding)) {
        return *std::move(reason);
    }
    if (auto reason = why_zero_point_is_inexact(value, node)) {
        return *std::move(reason);
    }
    Steps steps{BinaryStep{BinaryAlgorithm::divide, graph::input_at(node, "scale")}};
    append_rounding_and_zero_point(steps, value, node, operation.zero_point_site, position);
    return steps;
}

Lowering lower_requantize(const graph::Case& value, const graph::Node& node, Position position) {
    const auto& operation = std::get<graph::Requantize>(node.operation);
    if (auto reason = why_rounding_differs(node, operation.rounding)) {
        return *std::move(reason);
    }
    if (auto reason = why_zero_point_is_inexact(value, node)) {
        return *std::move(reason);
    }
    Steps steps;
    append_factor(steps, value, graph::input_at(node, "multiplier"));
    append_rounding_and_zero_point(steps, value, node, operation.zero_point_site, position);
    return steps;
}

Lowering lower_dequantize(const graph::Case& value, const graph::Node& node) {
    const graph::TensorId zero_point = graph::input_at(node, "zero_point");
    const graph::DataType source = value.graph.tensor(graph::input_at(node, "data")).type;
    Steps steps;
    if (!has_no_zero_point(value, zero_point)) {
        if (source == graph::DataType::s32) {
            return CannotLower{fmt::format("'{}': an s32 value minus a zero point is not exact in f32", node.name)};
        }
        if (auto reason = why_zero_point_is_inexact(value, node)) {
            return *std::move(reason);
        }
        // Not folded into the product: (q - zp) is exact, so the product is the only rounding.
        steps.push_back(BinaryStep{BinaryAlgorithm::subtract, zero_point});
    }
    append_factor(steps, value, graph::input_at(node, "scale"));
    return steps;
}

Lowering lower_convert(const graph::Case& value, const graph::Node& node, Position position) {
    const auto& operation = std::get<graph::Convert>(node.operation);
    const graph::DataType from = value.graph.tensor(graph::input_at(node, "data")).type;
    const graph::DataType to = value.graph.tensor(node.output).type;
    if (!graph::is_integer(to)) {
        if (position == Position::middle && to != graph::DataType::f32) {
            return CannotLower{fmt::format("'{}': rounding to {} is not a post-op", node.name, graph::name_of(to))};
        }
        return Steps{};
    }
    const bool from_integer = graph::is_integer(from);
    const bool fits = from_integer && graph::lowest_of(from) >= graph::lowest_of(to) &&
                      graph::highest_of(from) <= graph::highest_of(to);
    if (fits) {
        return Steps{};
    }
    if (operation.overflow == graph::Overflow::wrap) {
        return CannotLower{fmt::format("'{}': the library saturates, it does not wrap", node.name)};
    }
    if (!from_integer) {
        if (auto reason = why_rounding_differs(node, operation.rounding)) {
            return *std::move(reason);
        }
    }
    Steps steps;
    if (position == Position::middle) {
        if (!from_integer) {
            append_round(steps);
        }
        append_clip_to_type(steps, to);
    }
    return steps;
}

}  // namespace difftest::backends::onednn
