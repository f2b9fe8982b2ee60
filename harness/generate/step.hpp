#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace difftest::harness {

/// A kind of node, or a turn of the graph, that a case can grow by. What exactly is drawn when the step is taken.
enum class Step : std::uint8_t {
    convolution,
    deconvolution,
    matmul,
    inner_product,
    pooling,
    resampling,
    reduction,
    concat,
    permute,
    reshape,
    slice,
    reorder,
    scale,
    add,
    binary,
    compare,
    eltwise,
    relu,
    clip,
    function,
    prelu,
    sum,
    select,
    fake_quantize,
    quantize,
    dequantize,
    requantize,
    fixed_point,
    shift_round,
    convert,
    half,
    join,
    branch,
    softmax,
    pointwise,  ///< a 1x1 convolution in two dimensions
    depthwise,  ///< a 3x3 depthwise convolution, as networks put behind it
};
inline constexpr std::size_t kStepCount = static_cast<std::size_t>(Step::depthwise) + 1;

std::string_view name_of(Step step);

/// The inverse of name_of; nothing when the name is unknown.
std::optional<Step> step_from(std::string_view name);

}  // namespace difftest::harness
