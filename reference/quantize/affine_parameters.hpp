#pragma once

#include "reference/quantize/calibration.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Scales and zero points, and the integers that come of them. Formulas: ONNX Runtime's quantizer (quant_utils.py,
/// compute_scale_zp and quantize_nparray; qdq_quantizer.py, _adjust_weight_scale_for_int32_bias; semantics, 1.6).
namespace difftest::quantize {

/// real = scale * (integer - zero_point)
struct AffineParameters {
    float scale = 1;
    std::int32_t zero_point = 0;
    friend bool operator==(const AffineParameters&, const AffineParameters&) = default;
};

/// The integers of a quantized tensor, -128..127, 0..255 or, for symmetric weights, -127..127.
struct IntegerRange {
    std::int32_t lowest = -128;
    std::int32_t highest = 127;
    friend bool operator==(const IntegerRange&, const IntegerRange&) = default;
};

/// scale = (max - min) / (highest - lowest) of the range with 0 in it, rounded to f32; a scale below the least normal
/// f32 is 1. Symmetric: of -m to m, zero point in the middle.
AffineParameters affine_parameters(const RealRange& range, const IntegerRange& integers, bool symmetric);

/// saturate(RNE(f32(x / scale)) + zero_point): QuantizeLinear. NaN becomes the lowest integer.
std::int32_t quantized(float x, const AffineParameters& parameters, const IntegerRange& integers);

/// (q - zero_point) * scale in f32: DequantizeLinear.
float dequantized(std::int64_t q, const AffineParameters& parameters);

/// What a too small weight scale needs, lest the bias leaves s32: seed 003. For each scale (one, or one for each
/// channel): smallest = 1.0001 * 2 * max|bias| / (2^32 - 2), of all biases when there is one scale, of the channel's
/// own otherwise (then 1.0001 * 2 * |bias| is an f32 product); a scale with 0 < input_scale * scale < smallest is
/// multiplied by their ratio, in f64, and rounded to f32. Returns which scales were enlarged. Precondition: one scale,
/// or as many as biases.
std::vector<bool> enlarge_weight_scales(std::vector<float>& weight_scales, float input_scale,
                                        std::span<const float> bias);

struct QuantizedBias {
    std::vector<std::int32_t> values;
    std::vector<float> scales;    ///< input_scale * weight_scale in f32: one, or one for each channel
    std::int64_t overflowed = 0;  ///< elements that left s32 and were clipped
};

/// clip(RNE(f64 bias / f64 scale), s32). Precondition: as for enlarge_weight_scales.
QuantizedBias quantized_bias(std::span<const float> bias, float input_scale, std::span<const float> weight_scales);

/// How far an accumulator may go in either direction before the sum with this bias leaves s32.
std::int64_t head_room(std::int32_t bias);

/// 20 log10(|x| / |x - y|) in dB, Euclidean norms in f64, each at least 2^-52 (qdq_loss_debug.py).
double signal_to_noise(std::span<const float> x, std::span<const float> y);

}  // namespace difftest::quantize
