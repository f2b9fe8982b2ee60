#include "harness/generate/steps.hpp"

#include "harness/generate/data_mode.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace difftest::harness {
namespace {

using Function = bool (*)(CaseGrower&);

struct StepInfo {
    Step step;
    std::string_view name;
    Function take;
};

bool add_convolution(CaseGrower& grower) {
    return add_window(grower, false);
}

bool add_deconvolution(CaseGrower& grower) {
    return add_window(grower, true);
}

constexpr std::array<StepInfo, kStepCount> kSteps{{
    {Step::convolution, "convolution", add_convolution},
    {Step::deconvolution, "deconvolution", add_deconvolution},
    {Step::matmul, "matmul", add_matmul},
    {Step::inner_product, "inner_product", add_inner_product},
    {Step::pooling, "pooling", add_pooling},
    {Step::resampling, "resampling", add_resampling},
    {Step::reduction, "reduction", add_reduction},
    {Step::concat, "concat", add_concat},
    {Step::permute, "permute", add_permute},
    {Step::reshape, "reshape", add_reshape},
    {Step::slice, "slice", add_slice},
    {Step::reorder, "reorder", add_reorder},
    {Step::scale, "scale", add_scale},
    {Step::add, "add", add_addend},
    {Step::binary, "binary", add_binary},
    {Step::compare, "compare", add_compare},
    {Step::eltwise, "eltwise", add_eltwise},
    {Step::relu, "relu", add_relu},
    {Step::clip, "clip", add_clip},
    {Step::function, "function", add_function},
    {Step::prelu, "prelu", add_prelu},
    {Step::sum, "sum", add_sum},
    {Step::select, "select", add_select},
    {Step::fake_quantize, "fake_quantize", add_fake_quantize},
    {Step::quantize, "quantize", add_quantize},
    {Step::dequantize, "dequantize", add_dequantize},
    {Step::requantize, "requantize", add_requantize},
    {Step::fixed_point, "fixed_point", add_fixed_point},
    {Step::shift_round, "shift_round", add_shift_round},
    {Step::convert, "convert", add_convert},
    {Step::half, "half", add_half},
    {Step::join, "join", add_join},
    {Step::branch, "branch", add_branch},
    {Step::softmax, "softmax", add_softmax},
    {Step::pointwise, "pointwise", add_pointwise},
    {Step::depthwise, "depthwise", add_depthwise},
}};

bool makes_its_input(Step step) {
    return step == Step::convolution || step == Step::deconvolution || step == Step::matmul ||
           step == Step::inner_product || step == Step::pointwise || step == Step::depthwise;
}

}  // namespace

std::string_view name_of(Step step) {
    return kSteps[static_cast<std::size_t>(step)].name;
}

bool take_step(CaseGrower& grower, Step step) {
    const ChoiceSource::DrawnPart part(grower.choices(), name_of(step));
    if (!grower.current() && !makes_its_input(step)) {
        add_data(grower);
    }
    if (grower.current()) {
        const auto count = graph::element_count(grower.shape(*grower.current()));
        if (!count || *count == 0 || *count > grower.limits().most_elements) {
            return false;
        }
    }
    return kSteps[static_cast<std::size_t>(step)].take(grower);
}

std::optional<Step> step_from(std::string_view name) {
    for (const StepInfo& each : kSteps) {
        if (each.name == name) {
            return each.step;
        }
    }
    return std::nullopt;
}

std::int64_t size_near_blocks(ChoiceSource& choices, std::int64_t most) {
    const std::int64_t size =
        choices.one_of<std::int64_t>({1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47, 48, 63, 64, 65});
    return size <= most ? size : choices.integer(1, most);
}

graph::TensorData drawn_data(CaseGrower& grower, graph::DataType type, const graph::Shape& shape, double magnitude) {
    ChoiceSource& choices = grower.choices();
    if (graph::is_integer(type)) {
        const auto bound = static_cast<std::int64_t>(std::clamp(magnitude, 1.0, 0x1p30));
        const std::int64_t lo = type == graph::DataType::s32 ? -bound : graph::lowest_of(type);
        const std::int64_t hi = type == graph::DataType::s32 ? bound : graph::highest_of(type);
        return integer_tensor(choices, type, shape, draw_data_mode(choices), lo, hi);
    }
    return float_tensor(choices, type, shape, draw_data_mode(choices), magnitude);
}

void add_data(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const std::size_t rank = 2 + choices.weighted({2, 2, 5, 1});
    graph::Shape shape{choices.chance(1, 4) ? 2 : 1, size_near_blocks(choices, grower.limits().most_channels)};
    for (std::size_t d = 2; d < rank; ++d) {
        shape.push_back(choices.integer(1, rank == 5 ? 4 : grower.limits().most_spatial));
    }
    // Where the limits are tight: what is too large no step continues, and a graph without nodes has no output.
    for (std::size_t d = rank; d-- > 0;) {
        const std::int64_t count = graph::element_count(shape).value();
        if (count > grower.limits().most_elements) {
            shape[d] = std::max<std::int64_t>(1, grower.limits().most_elements / (count / shape[d]));
        }
    }
    using graph::DataType;
    constexpr DataType kTypes[] = {DataType::u8,  DataType::s8,  DataType::s32,
                                   DataType::f32, DataType::f16, DataType::bf16};
    const DataType type =
        kTypes[grower.limits().half_types ? choices.weighted({8, 8, 2, 6, 1, 1}) : choices.weighted({8, 8, 2, 6})];
    const double magnitude = type == DataType::s32 ? 100000 : choices.one_of({1.0, 10.0, 200.0});
    grower.continue_at(grower.input("input", drawn_data(grower, type, shape, magnitude)));
}

}  // namespace difftest::harness
