// Scales, zero points and biases against published numbers: V38 and V48 of the reference, the table of section 1.6 of
// the engines' facts (ONNX Runtime), and the pull request of the founding document.
#include "reference/quantize/affine_parameters.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace difftest::quantize {
namespace {

constexpr IntegerRange kUnsigned{0, 255};
constexpr IntegerRange kSigned{-128, 127};
constexpr IntegerRange kSymmetric{-127, 127};

TEST(AffineParameters, ChooseQuantizationParamsOfTflite) {
    // V38
    const AffineParameters both = affine_parameters({-10, 30}, kUnsigned, false);
    EXPECT_NEAR(both.scale, 0.156863, 5e-7);
    EXPECT_EQ(both.zero_point, 64);
    const AffineParameters above = affine_parameters({0, 30}, kUnsigned, false);
    EXPECT_NEAR(above.scale, 0.117647, 5e-7);
    EXPECT_EQ(above.zero_point, 0);
    const AffineParameters below = affine_parameters({-10, 0}, kUnsigned, false);
    EXPECT_NEAR(below.scale, 0.039216, 5e-7);
    EXPECT_EQ(below.zero_point, 255);
    EXPECT_EQ(affine_parameters({0, 0}, kUnsigned, false), (AffineParameters{1, 0}));
}

TEST(AffineParameters, ZeroIsInEveryRange) {
    EXPECT_EQ(affine_parameters({2, 5.1F}, kUnsigned, false), affine_parameters({0, 5.1F}, kUnsigned, false));
    // Symmetric: the middle, rounded to even from 127.5.
    EXPECT_EQ(affine_parameters({-1, 3}, kUnsigned, true).zero_point, 128);
    EXPECT_EQ(affine_parameters({-1, 3}, kSymmetric, true), (AffineParameters{3.0F / 127, 0}));
    EXPECT_EQ(affine_parameters({-1, 1}, kSigned, true).zero_point, 0);  // -0.5 to even
}

TEST(AffineParameters, QuantizeLinearOfTheOnnxTests) {
    // V24, V25
    const AffineParameters two{2, 128};
    const std::vector<std::pair<float, int>> v24 = {{0, 128}, {2, 129}, {3, 130}, {1000, 255}, {-254, 1}, {-1000, 0}};
    for (const auto& [x, q] : v24) {
        EXPECT_EQ(quantized(x, two, kUnsigned), q) << x;
    }
    EXPECT_EQ(quantized(2, {4, 0}, kUnsigned), 0);
    EXPECT_EQ(quantized(std::numeric_limits<float>::infinity(), two, kUnsigned), 255);
    EXPECT_EQ(quantized(std::nanf(""), two, kUnsigned), 0);
    EXPECT_EQ(dequantized(255, two), 254);  // V28
}

TEST(BiasScale, TheFoundingPullRequest) {
    // Section 1.6 A: weights 1e-7, -5e-8; input 0.05 u8; bias 5, -4.5.
    const std::vector<float> bias{5, -4.5F};
    const AffineParameters input = affine_parameters({0, 12.75F}, kUnsigned, false);
    EXPECT_EQ(input.scale, 0.05F);
    const AffineParameters weights = affine_parameters({-5e-8F, 1e-7F}, kSymmetric, true);
    EXPECT_EQ(static_cast<double>(weights.scale), 7.874015883757579e-10);
    EXPECT_EQ(quantized(1e-7F, weights, kSigned), 127);
    EXPECT_EQ(quantized(-5e-8F, weights, kSigned), -64);
    const QuantizedBias before = quantized_bias(bias, input.scale, std::vector<float>{weights.scale});
    EXPECT_EQ(before.values, (std::vector<std::int32_t>{2147483647, -2147483648}));
    EXPECT_EQ(before.overflowed, 2);

    std::vector<float> scales{weights.scale};
    EXPECT_EQ(enlarge_weight_scales(scales, input.scale, bias), (std::vector<bool>{true}));
    EXPECT_EQ(static_cast<double>(scales[0]), 4.657078633840683e-08);
    const QuantizedBias after = quantized_bias(bias, input.scale, scales);
    EXPECT_EQ(after.values, (std::vector<std::int32_t>{2147268834, -1932541951}));
    EXPECT_EQ(after.overflowed, 0);
    EXPECT_EQ(quantized(1e-7F, {scales[0], 0}, kSigned), 2);
    EXPECT_EQ(quantized(-5e-8F, {scales[0], 0}, kSigned), -1);
    // The rule leaves no head room: 2^31 - 1 - 2147268834.
    EXPECT_EQ(head_room(after.values[0]), 214813);
}

TEST(BiasScale, PerChannelEachForItself) {
    const std::vector<float> bias{5, -4.5F};
    std::vector<float> scales{1e-7F / 127, 5e-8F / 127};
    EXPECT_EQ(enlarge_weight_scales(scales, 0.05F, bias), (std::vector<bool>{true, true}));
    EXPECT_EQ(static_cast<double>(scales[0]), 4.657078633840683e-08);
    EXPECT_EQ(static_cast<double>(scales[1]), 4.191370805983752e-08);
    EXPECT_EQ(quantized_bias(bias, 0.05F, scales).values, (std::vector<std::int32_t>{2147268834, -2147268857}));
}

TEST(BiasScale, NothingToEnlarge) {
    std::vector<float> scales{0.01F};
    EXPECT_EQ(enlarge_weight_scales(scales, 0.5F, std::vector<float>{3, -2}), (std::vector<bool>{false}));
    EXPECT_EQ(scales[0], 0.01F);
    EXPECT_EQ(enlarge_weight_scales(scales, 0.5F, std::vector<float>{0, 0}), (std::vector<bool>{false}));
    // 1 / 2^-33 = 2^33 leaves s32: with the input scale 2^-20 the weight scale 2^-13 is too small for a bias of 1.
    std::vector<float> small{0x1p-13F};
    EXPECT_EQ(enlarge_weight_scales(small, 0x1p-20F, std::vector<float>{1}), (std::vector<bool>{true}));
    EXPECT_EQ(quantized_bias(std::vector<float>{1}, 0x1p-20F, small).overflowed, 0);
}

TEST(BiasScale, HeadRoom) {
    EXPECT_EQ(head_room(0), 2147483647);
    EXPECT_EQ(head_room(2147483647), 0);
    EXPECT_EQ(head_room(std::numeric_limits<std::int32_t>::min()), 0);
    EXPECT_EQ(head_room(-1932541951), 214941697);
}

TEST(SignalToNoise, ByHand) {
    // |x| = 5, |x - y| = 0.05: a ratio of 100 is 40 dB.
    EXPECT_NEAR(signal_to_noise(std::vector<float>{3, 4}, std::vector<float>{3.03F, 4.04F}), 40, 1e-4);
    // Nothing lost: 20 log10(5 / 2^-52).
    EXPECT_NEAR(signal_to_noise(std::vector<float>{3, 4}, std::vector<float>{3, 4}), 20 * std::log10(5 * 0x1p52), 1e-9);
}

}  // namespace
}  // namespace difftest::quantize
