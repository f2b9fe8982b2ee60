#include "backends/onednn/affine_steps.hpp"
#include "backends/onednn/lowering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

/// FakeQuantize in OpenVINO's scale and shift form, all in f32:
///   is = (L-1)/(ih-il), ish = -il*is, os = (oh-ol)/(L-1), osh = ol
///   k = round(x*is + ish),  y = clip(k*os + osh, ol, oh)
namespace difftest::backends::onednn {

using graph::TensorData;

namespace {

struct Ranges {
    TensorData input_low, input_high, output_low, output_high;
};

struct ScaleShift {
    TensorData input_scale, input_shift, output_scale, output_shift;
};

bool is_whole(float value) {
    return std::nearbyint(value) == value;
}

bool all_finite(const ScaleShift& form) {
    const auto finite = [](float value) { return std::isfinite(value); };
    return all_of(form.input_scale, finite) && all_of(form.input_shift, finite) && all_of(form.output_scale, finite) &&
           all_of(form.output_shift, finite);
}

ScaleShift scale_shift_of(const Ranges& ranges, std::int64_t levels) {
    const float steps = static_cast<float>(levels - 1);
    ScaleShift form;
    form.input_scale =
        combine(ranges.input_low, ranges.input_high, [steps](float low, float high) { return steps / (high - low); });
    form.input_shift = combine(ranges.input_low, form.input_scale, [](float low, float scale) { return -low * scale; });
    form.output_scale =
        combine(ranges.output_low, ranges.output_high, [steps](float low, float high) { return (high - low) / steps; });
    form.output_shift = ranges.output_low;
    return form;
}

/// The scaled value to a whole number inside the output type, where that is not left to the primitive's store.
void append_conversion(Steps& steps, const ScaleShift& form, graph::DataType type, Position position) {
    if (!graph::is_integer(type) || position == Position::end) {
        return;
    }
    if (!all_of(form.output_scale, is_whole) || !all_of(form.output_shift, is_whole)) {
        append_round(steps);
    }
}

/// Scale, then clip to [ol, oh]: the clip is in the output's domain, where an integer type's own bounds can join it.
void append_output_clipped_last(Steps& steps, const ScaleShift& form, float low, float high, graph::DataType type,
                                Position position) {
    append_affine(steps, form.output_scale, form.output_shift);
    append_conversion(steps, form, type, position);
    if (!graph::is_integer(type)) {
        append_clip(steps, low, high);
        return;
    }
    const float lowest = lowest_f32_of(type);
    const float highest = highest_f32_of(type);
    if (position == Position::end) {
        if (low > lowest || high < highest) {
            append_clip(steps, low, high);
        }
        return;
    }
    // Rounding is monotone, so clipping to rounded bounds after it equals rounding what was clipped before it.
    append_clip(steps, std::clamp(std::nearbyint(low), lowest, highest),
                std::clamp(std::nearbyint(high), lowest, highest));
}

/// Clip the level number to [0, L-1], then scale: right for every sign of the output scale and per-channel outputs.
void append_output_clipped_first(Steps& steps, const ScaleShift& form, const Ranges& ranges, std::int64_t levels,
                                 graph::DataType type, Position position) {
    append_clip(steps, 0.0F, static_cast<float>(levels - 1));
    append_affine(steps, form.output_scale, form.output_shift);
    append_conversion(steps, form, type, position);
    if (!graph::is_integer(type) || position == Position::end) {
        return;
    }
    const auto inside = [type](float bound) {
        return std::nearbyint(bound) >= lowest_f32_of(type) && std::nearbyint(bound) <= highest_f32_of(type);
    };
    if (!all_of(ranges.output_low, inside) || !all_of(ranges.output_high, inside)) {
        append_clip_to_type(steps, type);
    }
}

/// il == ih: everything up to the threshold is ol, everything above it oh.
Lowering lower_threshold(const graph::Node& node, const Ranges& ranges, graph::DataType type, Position position) {
    const TensorData rise =
        combine(ranges.output_low, ranges.output_high, [](float low, float high) { return high - low; });
    const TensorData reached = combine(rise, ranges.output_low, [](float delta, float low) { return delta + low; });
    const TensorData error = combine(reached, ranges.output_high, [](float got, float high) { return got - high; });
    if (!all_of(error, [](float value) { return value == 0.0F; })) {
        return CannotLower{fmt::format(
            "'{}': equal input bounds make a step function whose upper value is not (oh-ol)+ol in f32", node.name)};
    }
    Steps steps{BinaryStep{graph::BinaryAlgorithm::greater, ranges.input_low}};
    append_affine(steps, rise, ranges.output_low);
    if (graph::is_integer(type) && position == Position::middle) {
        append_round(steps);
        append_clip_to_type(steps, type);
    }
    return steps;
}

}  // namespace

Lowering lower_fake_quantize(const graph::Case& value, const graph::Node& node, Position position) {
    const auto& operation = std::get<graph::FakeQuantize>(node.operation);
    for (const std::string_view slot : {"input_low", "input_high", "output_low", "output_high"}) {
        if (value.graph.tensor(graph::input_at(node, slot)).role != graph::TensorRole::constant) {
            return CannotLower{fmt::format("'{}': {} is not a constant", node.name, slot)};
        }
    }
    const auto constant = [&](std::string_view slot) -> const TensorData& {
        return value.data_of(graph::input_at(node, slot));
    };
    const Ranges ranges{as_f32(constant("input_low")), as_f32(constant("input_high")), as_f32(constant("output_low")),
                        as_f32(constant("output_high"))};
    const graph::DataType type = value.graph.tensor(node.output).type;

    const TensorData width = combine(ranges.input_low, ranges.input_high, [](float low, float high) {
        return low < high ? 1.0F : (low == high ? 0.0F : -1.0F);
    });
    if (all_of(width, [](float sign) { return sign == 0.0F; })) {
        return lower_threshold(node, ranges, type, position);
    }
    if (!all_of(width, [](float sign) { return sign > 0.0F; })) {
        return CannotLower{fmt::format(
            "'{}': a range with input_low > input_high, or equal in some channels only, is not a chain of post-ops",
            node.name)};
    }
    const ScaleShift form = scale_shift_of(ranges, operation.levels);
    if (!all_finite(form)) {
        return CannotLower{fmt::format("'{}': its scales and shifts overflow f32", node.name)};
    }
    Steps steps;
    append_affine(steps, form.input_scale, form.input_shift);
    append_round(steps);
    const std::optional<float> low = uniform_value(ranges.output_low);
    const std::optional<float> high = uniform_value(ranges.output_high);
    if (low && high && *low < *high) {
        append_output_clipped_last(steps, form, *low, *high, type, position);
    } else {
        append_output_clipped_first(steps, form, ranges, operation.levels, type, position);
    }
    return steps;
}

}  // namespace difftest::backends::onednn
