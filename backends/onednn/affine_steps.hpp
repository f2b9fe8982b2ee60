#pragma once

#include "backends/onednn/step.hpp"

#include <functional>
#include <optional>

/// Scales, shifts and bounds as steps: one eltwise step when the parameter is the same for all elements, a binary step
/// with an operand tensor otherwise. This is how OpenVINO's plugin builds its post-ops.
namespace difftest::backends::onednn {

/// The value that all elements share; nothing when they differ.
std::optional<float> uniform_value(const graph::TensorData& parameter);

/// f(a, b) in f32 for every element of the numpy broadcast of the two. Precondition: the shapes fit.
graph::TensorData combine(const graph::TensorData& a, const graph::TensorData& b,
                          const std::function<float(float, float)>& f);

bool all_of(const graph::TensorData& parameter, const std::function<bool(float)>& predicate);

/// The values as f32 (an s32 zero point is rounded to the nearest f32).
graph::TensorData as_f32(const graph::TensorData& parameter);

graph::TensorData f32_scalar(float value);

/// x * scale + shift; nothing is appended for what changes no value (scale 1, shift 0).
void append_affine(Steps& steps, const graph::TensorData& scale, const graph::TensorData& shift);

/// min(max(x, low), high).
void append_clip(Steps& steps, float low, float high);

void append_round(Steps& steps);

/// Clips to the values of an integer type. For s32 the upper bound is 2147483520, the largest f32 below 2^31, as in the
/// library's own store.
void append_clip_to_type(Steps& steps, graph::DataType type);

/// The bounds of append_clip_to_type.
float lowest_f32_of(graph::DataType type);
float highest_f32_of(graph::DataType type);

}  // namespace difftest::backends::onednn
