// The rule float against XNNPACK's own kernels: a pointwise convolution of zeros with an accumulator as the bias of
// each output channel, around every step of the rule.
#include "reference/quantize/requantize_steps.hpp"

#include <gtest/gtest.h>
#include <xnnpack.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace difftest::quantize {
namespace {

std::vector<std::int8_t> by_xnnpack(const std::vector<std::int32_t>& accumulators, float multiplier,
                                    const RequantizeTarget& target) {
    constexpr std::size_t kReadBeyondTheEnd = 16;  // XNN_EXTRA_BYTES
    const std::size_t count = accumulators.size();
    const std::vector<std::int8_t> weights(count + kReadBeyondTheEnd, 0);
    const std::vector<std::int8_t> data(1 + kReadBeyondTheEnd, 0);
    std::vector<std::int8_t> results(count);
    xnn_operator_t made = nullptr;
    EXPECT_EQ(xnn_create_convolution2d_nhwc_qs8(0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, count, 1, count, 0, multiplier, 1,
                                                weights.data(), accumulators.data(),
                                                static_cast<std::int8_t>(target.zero_point), 1, -128, 127, 0, &made),
              xnn_status_success);
    const std::unique_ptr<xnn_operator, decltype(&xnn_delete_operator)> op(made, &xnn_delete_operator);
    EXPECT_EQ(xnn_setup_convolution2d_nhwc_qs8(op.get(), 1, 1, 1, data.data(), results.data(), nullptr),
              xnn_status_success);
    EXPECT_EQ(xnn_run_operator(op.get(), nullptr), xnn_status_success);
    return results;
}

TEST(Xnnpack, AroundEveryStep) {
    ASSERT_EQ(xnn_initialize(nullptr), xnn_status_success);
    const RequantizeTarget target{-128, 127, -7};
    for (float multiplier = 0x1p-24F; multiplier < 200; multiplier *= 1.61F) {
        std::vector<std::int32_t> accumulators;
        std::vector<std::int32_t> expected;
        for (const Step& step : steps_of(Requantizer(RequantizeRule::floating, multiplier, target), {})) {
            accumulators.insert(accumulators.end(), {step.range.first, step.range.last});
            expected.insert(expected.end(), 2, step.stored.value());
        }
        const std::vector<std::int8_t> results = by_xnnpack(accumulators, multiplier, target);
        EXPECT_EQ(std::vector<std::int32_t>(results.begin(), results.end()), expected) << multiplier;
    }
}

}  // namespace
}  // namespace difftest::quantize
