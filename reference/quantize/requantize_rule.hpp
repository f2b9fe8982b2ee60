#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// The ways in which systems bring an s32 accumulator into the range of an 8-bit output: accumulator * multiplier +
/// zero point, rounded and clamped. Each is bit-exact to its source (semantics, sections 1.1 and 1.7 to 1.10).
namespace difftest::quantize {

enum class RequantizeRule : std::uint8_t {
    exact,                ///< no system: the exact product, ties to even; the yardstick
    floating,             ///< f32 product, ties to even, then the zero point: XNNPACK fp32, ONNX Runtime, FBGEMM
    floating_zero_point,  ///< f32 product plus zero point, then ties to even: oneDNN
    floating_away,        ///< f32 product, ties away from zero: the TVM graph of the founding document
    gemmlowp,             ///< f32 multiplier, rounding doubling high product, then a shift with ties away from zero
    tflite,               ///< the same with the multiplier of QuantizeMultiplier(double), and left shifts
    tflite_single,        ///< TFLITE_SINGLE_ROUNDING: one rounding, ties up
    litert_optimized,     ///< rounding doubling high product, then a shift with ties up (measured: LiteRT 2.3)
    tvm_upward,           ///< one rounding, ties up; powers of two as an s32 shift
    tvm_to_nearest,       ///< one rounding, ties away from zero
    qnnpack_q31,          ///< double rounding whose second tie looks at the sign of the accumulator
    xnnpack_rndna,        ///< one rounding, ties away from zero, 24-bit multiplier (QNNPACK: precise)
    xnnpack_rndnu,        ///< one rounding, ties up, 24-bit multiplier
    xnnpack_rndnu16,      ///< 15-bit multiplier and a saturating s16 product: approximate by intent
    shift,                ///< (x + 2^(n-1)) >> n with the nearest power of two: TVM's quantize pass
    shift_cast            ///< the same, clipped to -127..127 and then *cast*: negative values wrap in u8
};

struct RequantizeRuleEntry {
    RequantizeRule rule;
    std::string_view name;
    std::string_view meaning;  ///< arithmetic and source, one line
};

std::span<const RequantizeRuleEntry> requantize_rules();
std::string_view name_of(RequantizeRule rule);
std::optional<RequantizeRule> requantize_rule(std::string_view name);

/// What the result must fit in. 8-bit: -128 <= lowest < highest <= 255, the zero point between them.
struct RequantizeTarget {
    std::int32_t lowest = -128;
    std::int32_t highest = 127;
    std::int32_t zero_point = 0;
};

/// A rule with its parameters derived from a real multiplier the way that its source derives them.
class Requantizer {
public:
    /// Throws std::invalid_argument naming the rule when its source does not take the multiplier: not positive and
    /// finite, or outside [2^-32, 1) (gemmlowp, QNNPACK), [2^-32, 256) (XNNPACK), [2^-31, 1/2] (shift), [2^-31, 2^30)
    /// (all others); or naming the target when it is none.
    Requantizer(RequantizeRule rule, double multiplier, const RequantizeTarget& target);

    /// The result before a final cast; nothing where an s32 on the way overflows, which no source defines.
    /// Non-decreasing where it is defined, which is an interval around 0: the exact search rests on it, and
    /// requantize_scan_test proves it.
    std::optional<std::int32_t> level(std::int32_t accumulator) const;

    /// What is stored for a level: itself, but shift_cast wraps it into u8 when the target has no negative numbers.
    std::int32_t stored(std::int32_t level) const;

    RequantizeRule rule() const { return rule_; }
    std::int32_t fixed_point_multiplier() const { return multiplier_; }  ///< Q31; 0 for floating rules
    int shift() const { return shift_; }                                 ///< of the Q31 multiplier; positive: left

private:
    std::optional<std::int64_t> rounded(std::int32_t accumulator) const;
    double product_level(std::int32_t accumulator) const;

    RequantizeRule rule_;
    RequantizeTarget target_;
    double real_;
    float single_;
    std::int32_t multiplier_ = 0;
    int shift_ = 0;
};

}  // namespace difftest::quantize
