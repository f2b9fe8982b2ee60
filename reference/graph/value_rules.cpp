#include "reference/graph/value_rules.hpp"

#include "reference/graph/names.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace difftest::graph {
namespace {

using Rule = std::function<std::optional<std::string>(double)>;

std::optional<std::string> complaint_about_scale(double value) {
    if (!std::isfinite(value)) {
        return fmt::format("a scale of {} is not finite", value);
    }
    if (value == 0) {
        return "a scale must not be 0";
    }
    if (value < 0) {
        return fmt::format("a scale of {} is negative", static_cast<float>(value));
    }
    if (!std::isnormal(static_cast<float>(value))) {
        return fmt::format("a scale of {} is subnormal", static_cast<float>(value));
    }
    return std::nullopt;
}

std::optional<std::string> complaint_about_range(double value) {
    return std::isfinite(value) ? std::nullopt : std::optional(fmt::format("a range limit of {} is not finite", value));
}

Rule zero_point_of(DataType type) {
    return [type](double value) -> std::optional<std::string> {
        const auto zero_point = static_cast<std::int64_t>(value);
        if (zero_point >= lowest_of(type) && zero_point <= highest_of(type)) {
            return std::nullopt;
        }
        return fmt::format("a zero point of {} is outside {} ({} to {})", zero_point, name_of(type), lowest_of(type),
                           highest_of(type));
    };
}

Rule within(std::string_view what, std::int64_t lowest, std::int64_t highest) {
    return [=](double value) -> std::optional<std::string> {
        const auto integer = static_cast<std::int64_t>(value);
        if (integer >= lowest && integer <= highest) {
            return std::nullopt;
        }
        return fmt::format("a {} of {} is outside {} to {}", what, integer, lowest, highest);
    };
}

/// What each form of fixed-point multiplication is defined for (semantics, sections 1.7, 1.9 and 1.10).
Rule fixed_point_rule(FixedPointRounding rounding, std::string_view slot) {
    const bool q31 = rounding == FixedPointRounding::q31;
    if (slot == "multiplier") {
        return q31 ? within(slot, 0, highest_of(DataType::s32)) : Rule();
    }
    if (q31) {
        return within(slot, -31, 0);
    }
    const bool twice = rounding == FixedPointRounding::double_rounding || rounding == FixedPointRounding::double_up;
    return within(slot, -31, twice ? 31 : 30);
}

/// The rule for the values at a slot; an empty one where everything is allowed.
Rule rule_for(const Graph& graph, const Node& node, std::string_view slot) {
    const auto* fixed_point = std::get_if<RequantizeFixedPoint>(&node.operation);
    if (fixed_point != nullptr && (slot == "multiplier" || slot == "shift")) {
        return fixed_point_rule(fixed_point->rounding, slot);
    }
    if (slot == "scale" || slot == "multiplier") {
        return complaint_about_scale;
    }
    if (slot == "input_low" || slot == "input_high" || slot == "output_low" || slot == "output_high") {
        return complaint_about_range;
    }
    if (slot == "data_zero_point") {
        return zero_point_of(graph.tensor(input_at(node, "data")).type);
    }
    if (slot == "weights_zero_point") {
        return zero_point_of(graph.tensor(input_at(node, "weights")).type);
    }
    if (slot == "a_zero_point" || slot == "b_zero_point") {
        return zero_point_of(graph.tensor(input_at(node, slot.substr(0, 1))).type);
    }
    if (slot == "zero_point") {
        // The zero point is a value of the quantized side: the data of a dequantize, the result of the others.
        const bool quantized_data = std::holds_alternative<Dequantize>(node.operation);
        return zero_point_of(graph.tensor(quantized_data ? input_at(node, "data") : node.output).type);
    }
    return {};
}

}  // namespace

std::optional<Problem> problem_of_parameters(const Case& value, const Node& node) {
    const auto slots = slots_of(node.operation);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const Rule rule = rule_for(value.graph, node, slots[i].name);
        if (!rule || node.inputs[i] == kAbsent) {
            continue;
        }
        const TensorData& data = value.data_of(node.inputs[i]);
        for (std::int64_t element = 0; element < data.size(); ++element) {
            if (auto complaint = rule(data.at(element))) {
                const std::string& name = value.graph.tensor(node.inputs[i]).name;
                return Problem{fmt::format("/data{}/values/{}", pointer_step(name), element), *std::move(complaint)};
            }
        }
    }
    return std::nullopt;
}

}  // namespace difftest::graph
