#include "reference/quantize/requantize_rule.hpp"

#include "reference/quantize/fixed_point.hpp"
#include "reference/quantize/rounding.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

namespace difftest::quantize {
namespace {

using graph::FixedPointRounding;
using graph::Rounding;

constexpr std::array kEntries = {
    RequantizeRuleEntry{RequantizeRule::exact, "exact", "exact product, ties to even; no system, the yardstick"},
    RequantizeRuleEntry{RequantizeRule::floating, "float",
                        "f32 product, ties to even, then zero point (XNNPACK fp32, ONNX Runtime, FBGEMM)"},
    RequantizeRuleEntry{RequantizeRule::floating_zero_point, "float_zero_point",
                        "f32 product plus zero point, then ties to even (oneDNN)"},
    RequantizeRuleEntry{RequantizeRule::floating_away, "float_away",
                        "f32 product, ties away from zero (TVM graph of the founding document)"},
    RequantizeRuleEntry{RequantizeRule::gemmlowp, "gemmlowp",
                        "double rounding: doubling high product, then a shift, ties away (gemmlowp)"},
    RequantizeRuleEntry{RequantizeRule::tflite, "tflite",
                        "double rounding with QuantizeMultiplier(double) and left shifts (TFLite)"},
    RequantizeRuleEntry{RequantizeRule::tflite_single, "tflite_single",
                        "one rounding, ties up (TFLITE_SINGLE_ROUNDING)"},
    RequantizeRuleEntry{RequantizeRule::litert_optimized, "litert_optimized",
                        "doubling high product, then a shift with ties up (LiteRT's optimized kernels)"},
    RequantizeRuleEntry{RequantizeRule::tvm_upward, "tvm_upward", "one rounding, ties up (TVM UPWARD)"},
    RequantizeRuleEntry{RequantizeRule::tvm_to_nearest, "tvm_to_nearest",
                        "one rounding, ties away from zero (TVM TONEAREST)"},
    RequantizeRuleEntry{RequantizeRule::qnnpack_q31, "qnnpack_q31",
                        "q31 doubling high product, second tie by the accumulator's sign (QNNPACK)"},
    RequantizeRuleEntry{RequantizeRule::xnnpack_rndna, "xnnpack_rndna",
                        "one rounding, ties away from zero, 24 bits (XNNPACK rndna, QNNPACK precise)"},
    RequantizeRuleEntry{RequantizeRule::xnnpack_rndnu, "xnnpack_rndnu",
                        "one rounding, ties up, 24 bits (XNNPACK rndnu)"},
    RequantizeRuleEntry{RequantizeRule::xnnpack_rndnu16, "xnnpack_rndnu16",
                        "15-bit multiplier, saturating s16 product (XNNPACK rndnu16)"},
    RequantizeRuleEntry{RequantizeRule::shift, "shift",
                        "(x + 2^(n-1)) >> n with the nearest power of two (TVM quantize pass)"},
    RequantizeRuleEntry{RequantizeRule::shift_cast, "shift_cast",
                        "the same, clipped to -127..127, then cast: negative values wrap in u8 (seed 004)"}};

struct Window {
    double lowest;
    double beyond;
    const char* text;
};

Window window_of(RequantizeRule rule) {
    switch (rule) {
        case RequantizeRule::gemmlowp:
        case RequantizeRule::qnnpack_q31: return {0x1p-32, 1, "[2^-32, 1)"};
        case RequantizeRule::xnnpack_rndna:
        case RequantizeRule::xnnpack_rndnu:
        case RequantizeRule::xnnpack_rndnu16: return {0x1p-32, 256, "[2^-32, 256)"};
        case RequantizeRule::shift:
        case RequantizeRule::shift_cast: return {0x1p-31, 0x1p-1, "[2^-31, 1/2]"};
        default: return {0x1p-31, 0x1p30, "[2^-31, 2^30)"};
    }
}

[[noreturn]] void refuse(RequantizeRule rule, const std::string& why) {
    throw std::invalid_argument(std::string(name_of(rule)) + ": " + why);
}

bool takes_single(RequantizeRule rule) {
    return rule == RequantizeRule::gemmlowp || rule == RequantizeRule::qnnpack_q31 ||
           rule == RequantizeRule::xnnpack_rndna || rule == RequantizeRule::xnnpack_rndnu ||
           rule == RequantizeRule::xnnpack_rndnu16;
}

bool is_floating(RequantizeRule rule) {
    return rule == RequantizeRule::exact || rule == RequantizeRule::floating ||
           rule == RequantizeRule::floating_zero_point || rule == RequantizeRule::floating_away;
}

bool is_shift(RequantizeRule rule) {
    return rule == RequantizeRule::shift || rule == RequantizeRule::shift_cast;
}

/// x * multiplier, ties to even, of a multiplier of 53 bits in [2^-31, 2^30): at most 84 bits, as high * 2^32 + rest.
/// What is beyond 2^32 comes out as 2^32, which saturates as well.
double exact_product_to_even(std::int32_t x, double multiplier) {
    int exponent = 0;
    const auto significand = static_cast<std::uint64_t>(std::ldexp(std::frexp(multiplier, &exponent), 53));
    const auto magnitude = static_cast<std::uint64_t>(std::abs(std::int64_t{x}));
    const std::uint64_t low = magnitude * (significand & 0xFFFFFFFF);
    const std::uint64_t high = magnitude * (significand >> 32) + (low >> 32);
    const std::uint64_t rest = low & 0xFFFFFFFF;
    const int cut = 53 - exponent;  // so many bits are the fraction: 23 to 83
    if (cut <= 32 && (high >> 32) != 0) {
        return std::copysign(0x1p32, x);
    }
    const std::uint64_t word = cut > 32 ? high : (high << 32) | rest;
    const int fraction = cut > 32 ? cut - 32 : cut;
    const std::uint64_t whole = word >> fraction;
    const bool half = ((word >> (fraction - 1)) & 1) != 0;
    const std::uint64_t behind = (word & ((std::uint64_t{1} << (fraction - 1)) - 1)) | (cut > 32 ? rest : 0);
    const bool up = half && (behind != 0 || (whole & 1) != 0);
    return std::copysign(static_cast<double>(whole + (up ? 1 : 0)), x);
}

/// XNNPACK's requantize_rndnu16: x * 2^(e + 1) into s16 with saturation, ties up, then a rounding high product with the
/// leading 15 bits of the multiplier.
std::int64_t multiply_s16(std::int32_t x, std::int32_t q31, int shift) {
    constexpr std::int64_t kLowest = std::numeric_limits<std::int16_t>::min();
    constexpr std::int64_t kHighest = std::numeric_limits<std::int16_t>::max();
    const std::int64_t multiplier = std::min<std::int64_t>(kHighest, ((q31 >> 7) + (1 << 8)) >> 9);
    // f32 exponent e = shift - 1, so e + 1 = shift.
    std::int64_t moved = x;
    if (shift >= 0) {
        moved = std::int64_t{x} * (std::int64_t{1} << shift);
    } else {
        moved = (std::int64_t{x} + (std::int64_t{1} << (-shift - 1))) >> -shift;
    }
    return (std::clamp(moved, kLowest, kHighest) * multiplier + (1 << 14)) >> 15;
}

}  // namespace

std::span<const RequantizeRuleEntry> requantize_rules() {
    return kEntries;
}

std::string_view name_of(RequantizeRule rule) {
    return kEntries[static_cast<std::size_t>(rule)].name;
}

std::optional<RequantizeRule> requantize_rule(std::string_view name) {
    const auto found =
        std::find_if(kEntries.begin(), kEntries.end(), [name](const auto& entry) { return entry.name == name; });
    return found == kEntries.end() ? std::nullopt : std::optional(found->rule);
}

Requantizer::Requantizer(RequantizeRule rule, double multiplier, const RequantizeTarget& target)
    : rule_(rule), target_(target), real_(multiplier), single_(0) {
    const Window window = window_of(rule);
    const bool inside = is_shift(rule) ? multiplier <= window.beyond : multiplier < window.beyond;
    if (!(multiplier >= window.lowest) || !inside) {
        refuse(rule, std::string("takes multipliers in ") + window.text);
    }
    if (target.lowest < -128 || target.highest > 255 || target.lowest >= target.highest ||
        target.zero_point < target.lowest || target.zero_point > target.highest) {
        refuse(rule, "the output must be 8-bit: -128 <= lowest <= zero point <= highest <= 255, lowest < highest");
    }
    single_ = static_cast<float>(multiplier);
    const double source = takes_single(rule) ? single_ : multiplier;
    if (source >= window.beyond && takes_single(rule)) {
        refuse(rule, std::string("takes multipliers in ") + window.text + ", and as f32 this one is not");
    }
    if (is_floating(rule)) {
        return;
    }
    if (is_shift(rule)) {
        shift_ = static_cast<int>(std::lround(std::log2(multiplier)));
        shift_ = std::clamp(shift_, -31, -1);
        return;
    }
    const double scaled = std::round(std::frexp(source, &shift_) * 0x1p31);  // QuantizeMultiplier; a float is exact
    if (scaled == 0x1p31) {
        multiplier_ = 1 << 30;
        ++shift_;
    } else {
        multiplier_ = static_cast<std::int32_t>(scaled);
    }
    if (rule == RequantizeRule::tflite_single && shift_ > 30) {
        multiplier_ = std::numeric_limits<std::int32_t>::max();
        shift_ = 30;
    }
}

/// The rules that round in f32 or exactly, without overflow: |x * multiplier| may be large, but is finite.
double Requantizer::product_level(std::int32_t accumulator) const {
    const float product = static_cast<float>(accumulator) * single_;
    switch (rule_) {
        case RequantizeRule::exact: return exact_product_to_even(accumulator, real_);
        case RequantizeRule::floating_away: return round_to_integer(product, Rounding::half_away_from_zero);
        case RequantizeRule::floating_zero_point:
            return round_to_integer(product + static_cast<float>(target_.zero_point), Rounding::half_to_even) -
                   target_.zero_point;
        default: return round_to_integer(product, Rounding::half_to_even);
    }
}

std::optional<std::int64_t> Requantizer::rounded(std::int32_t accumulator) const {
    switch (rule_) {
        case RequantizeRule::gemmlowp:
        case RequantizeRule::tflite:
            return multiply_fixed_point(accumulator, multiplier_, shift_, FixedPointRounding::double_rounding);
        case RequantizeRule::litert_optimized:
            return multiply_fixed_point(accumulator, multiplier_, shift_, FixedPointRounding::double_up);
        case RequantizeRule::tvm_upward:
            if (multiplier_ == 1 << 30 && shift_ < 1) {
                return shift_round(accumulator, 1 - shift_);
            }
            return multiply_fixed_point(accumulator, multiplier_, shift_, FixedPointRounding::single_up);
        case RequantizeRule::tflite_single:
        case RequantizeRule::xnnpack_rndnu:
            return multiply_fixed_point(accumulator, multiplier_, shift_, FixedPointRounding::single_up);
        case RequantizeRule::tvm_to_nearest:
        case RequantizeRule::xnnpack_rndna:
            return multiply_fixed_point(accumulator, multiplier_, shift_, FixedPointRounding::single_away);
        case RequantizeRule::qnnpack_q31:
            return multiply_fixed_point(accumulator, multiplier_, shift_, FixedPointRounding::q31);
        case RequantizeRule::xnnpack_rndnu16: return multiply_s16(accumulator, multiplier_, shift_);
        default: return shift_round(accumulator, -shift_);
    }
}

std::optional<std::int32_t> Requantizer::level(std::int32_t accumulator) const {
    if (is_floating(rule_)) {
        const double sum = product_level(accumulator) + target_.zero_point;
        return static_cast<std::int32_t>(saturate(sum, Range(target_.lowest, target_.highest)));
    }
    const std::optional<std::int64_t> value = rounded(accumulator);
    if (!value) {
        return std::nullopt;
    }
    const std::int64_t sum = *value + target_.zero_point;
    const bool cast = rule_ == RequantizeRule::shift_cast;
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(sum, cast ? -127 : target_.lowest, cast ? 127 : target_.highest));
}

std::int32_t Requantizer::stored(std::int32_t level) const {
    return rule_ == RequantizeRule::shift_cast && target_.lowest >= 0 ? level & 0xFF : level;
}

}  // namespace difftest::quantize
