// The rules gemmlowp and tflite against gemmlowp's own functions: all 8-bit results around every step.
#include "reference/quantize/requantize_steps.hpp"

#include <gemmlowp/fixedpoint/fixedpoint.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace difftest::quantize {
namespace {

/// TFLite's MultiplyByQuantizedMultiplier. Precondition: x << shift does not overflow.
std::int32_t by_gemmlowp(std::int32_t x, std::int32_t multiplier, int shift) {
    return gemmlowp::RoundingDivideByPOT(
        gemmlowp::SaturatingRoundingDoublingHighMul(x * (1 << std::max(shift, 0)), multiplier), std::max(-shift, 0));
}

TEST(Gemmlowp, AroundEveryStep) {
    const RequantizeTarget target{-128, 127, 9};
    std::int64_t compared = 0;
    for (const RequantizeRule rule : {RequantizeRule::gemmlowp, RequantizeRule::tflite}) {
        for (double multiplier = 0x1p-20; multiplier < (rule == RequantizeRule::tflite ? 40 : 1); multiplier *= 1.37) {
            const Requantizer requantizer(rule, multiplier, target);
            int shift = 0;
            const double source = rule == RequantizeRule::gemmlowp ? static_cast<float>(multiplier) : multiplier;
            const auto fixed = static_cast<std::int32_t>(std::round(std::frexp(source, &shift) * 0x1p31));
            for (const Step& step : steps_of(requantizer, {-(1 << 24), 1 << 24})) {
                for (const std::int32_t x : {step.range.first, step.range.last}) {
                    const std::int32_t expected = std::clamp(by_gemmlowp(x, fixed, shift) + 9, -128, 127);
                    ASSERT_EQ(step.stored, expected) << x << " * " << multiplier;
                    ++compared;
                }
            }
        }
    }
    EXPECT_GT(compared, 10000);
}

}  // namespace
}  // namespace difftest::quantize
