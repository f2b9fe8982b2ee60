#include "backends/onednn/chain_test.hpp"

#include <gmock/gmock.h>

/// Chains after a convolution: every plan must give what the graph says, calculated by hand.
namespace difftest::backends::onednn {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using testing::ElementsAre;

using FusionTest = ChainTest;

TEST_F(FusionTest, FakeQuantizeClampsAndRoundsInMidChain) {
    // 2300 is clamped to 255 and 255/9 is 28.33; 230 passes and 230/9 is 25.56; 0 stays.
    const auto levels = build_.fake_quantize(accumulators({100, 10, 0}, 23), 256, {0, 255, 0, 255}, DataType::u8);
    const auto ninth = binary(BinaryAlgorithm::multiply, levels, build_.scalar(1.0F / 9.0F));
    expect_everywhere(convert(ninth, DataType::u8), {28, 26, 0});
    EXPECT_TRUE(offers_plan(*backend_, build_.value(), "fused"));
    EXPECT_TRUE(offers_plan(*backend_, build_.value(), "split"));
}

TEST_F(FusionTest, WholeChainIsOnePrimitiveWhenFused) {
    const auto levels = build_.fake_quantize(accumulators({100}), 256, {0, 255, 0, 255}, DataType::u8);
    const auto out = convert(binary(BinaryAlgorithm::multiply, levels, build_.scalar(0.5F)), DataType::u8);
    const graph::Case& value = build_.finish({out});
    EXPECT_EQ(run(*backend_, value, "fused").partitions.size(), 1U);
    EXPECT_EQ(run(*backend_, value, "split").partitions.size(), 4U);
    EXPECT_FALSE(run(*backend_, value, "fused").partitions.front().implementation.empty());
}

TEST_F(FusionTest, FractionalOutputScaleIsRoundedForAnIntegerType) {
    // Range [0, 30] in 4 levels onto [0, 100]: k = round(x/10), y = k*100/3 = 0, 33.3, 66.7, 100, rounded in mid-chain.
    const auto levels = build_.fake_quantize(accumulators({0, 5, 10, 15, 200}), 4, {0, 30, 0, 100}, DataType::u8);
    const auto out = eltwise(EltwiseAlgorithm::relu, binary(BinaryAlgorithm::multiply, levels, build_.scalar(8)));
    expect_everywhere(out, {0, 33 * 8, 67 * 8, 100 * 8, 100 * 8});
}

TEST_F(FusionTest, RealFakeQuantizeIsNotRounded) {
    // Range [0, 8] in 5 levels onto [-1, 1]: k = round(x/2), y = k/2 - 1.
    const auto out = build_.fake_quantize(accumulators({0, 1, 2, 3, 50}), 5, {0, 8, -1, 1}, DataType::f32);
    // x = 0, 2, 4, 6, 100
    expect_everywhere(out, {-1, -0.5, 0, 0.5, 1});
}

TEST_F(FusionTest, InvertedOutputRangeMirrorsTheLevels) {
    const auto levels = build_.fake_quantize(accumulators({0, 1, 2, 3, 50}), 5, {0, 8, 4, 0}, DataType::s8);
    expect_everywhere(binary(BinaryAlgorithm::multiply, levels, build_.scalar(2)), {8, 6, 4, 2, 0});
}

TEST_F(FusionTest, PerChannelRangesBelongToTheirChannel) {
    const auto data = channel_accumulators({50, 50});
    const auto low = build_.constant(DataType::f32, {1, 2, 1, 1}, {0, 20});
    const auto high = build_.constant(DataType::f32, {1, 2, 1, 1}, {50, 220});
    const auto levels = build_.node(graph::FakeQuantize{201}, {data, low, high, build_.scalar(0), build_.scalar(200)},
                                    DataType::u8, shape_);
    // x = 100: above 50 -> 200; (100 - 20) / 200 * 200 = 80.
    expect_everywhere(binary(BinaryAlgorithm::multiply, levels, build_.scalar(3)), {600, 240});
}

TEST_F(FusionTest, EqualInputBoundsAreAStep) {
    // Split, because comparisons among post-ops are broken in oneDNN 2.6 (LIBRARY_TROUBLE.md).
    const auto levels = build_.fake_quantize(accumulators({4, 5, 6}), 256, {10, 10, 3, 7}, DataType::u8);
    const auto out = binary(BinaryAlgorithm::multiply, levels, build_.scalar(2));
    EXPECT_THAT(output_of("split", out), ElementsAre(6, 6, 14));
}

TEST_F(FusionTest, InvertedInputRangeIsRefused) {
    const auto out = build_.fake_quantize(accumulators({4}), 256, {10, 0, 0, 255}, DataType::u8);
    const std::vector<PlanOffer> offers = backend_->plans(build_.finish({out}));
    ASSERT_EQ(offers.size(), 1U);
    ASSERT_TRUE(std::holds_alternative<Refusal>(offers.front()));
    EXPECT_THAT(std::get<Refusal>(offers.front()).reason, testing::HasSubstr("input_low > input_high"));
}

TEST_F(FusionTest, QuantizeRoundsBeforeItsZeroPoint) {
    const auto accumulator = accumulators({1, 3, 5, 250});
    const auto scale = build_.scalar(4);
    const auto zero_point = build_.constant(DataType::s32, {1}, {1});
    const auto quantized = build_.node(graph::Quantize{}, {accumulator, scale, zero_point}, DataType::s8, shape_);
    // x/4 = 0.5, 1.5, 2.5, 125: half to even 0, 2, 2, 125, then + 1.
    expect_everywhere(binary(BinaryAlgorithm::multiply, quantized, build_.scalar(10)), {10, 30, 30, 1260});
}

TEST_F(FusionTest, QuantizeRoundsAfterItsZeroPoint) {
    graph::Quantize operation;
    operation.zero_point_site = graph::ZeroPointSite::before_rounding;
    const auto accumulator = accumulators({1, 3, 5, 254});
    const auto scale = build_.scalar(4);
    const auto zero_point = build_.constant(DataType::s32, {1}, {1});
    const auto quantized = build_.node(operation, {accumulator, scale, zero_point}, DataType::s8, shape_);
    // 1.5, 2.5, 3.5, 128: 2, 2, 4 and saturated.
    expect_everywhere(binary(BinaryAlgorithm::multiply, quantized, build_.scalar(10)), {20, 20, 40, 1270});
}

TEST_F(FusionTest, QuantizeAtTheEndStores) {
    const auto scale = build_.scalar(4);
    const auto zero_point = build_.constant(DataType::s32, {1}, {1});
    const auto out =
        build_.node(graph::Quantize{}, {accumulators({1, 3, 5, 255}), scale, zero_point}, DataType::s8, {1, 1, 1, 4});
    // 127.5 rounds to 128, plus 1, saturated
    expect_everywhere(out, {1, 3, 3, 127});
}

TEST_F(FusionTest, RequantizeMultipliesPerChannel) {
    const auto accumulator = channel_accumulators({10, 10, 100});
    const auto multiplier = build_.constant(DataType::f32, {1, 3, 1, 1}, {0.125, 0.375, 4});
    const auto out = build_.node(graph::Requantize{}, {accumulator, multiplier}, DataType::u8, shape_);
    // 2.5 -> 2, 7.5 -> 8, 800 -> 255
    expect_everywhere(out, {2, 8, 255});
}

TEST_F(FusionTest, OtherRoundingsAreRefused) {
    const auto scale = build_.scalar(4);
    const auto out = build_.node(graph::Quantize{graph::Rounding::half_away_from_zero}, {accumulators({1}), scale},
                                 DataType::s8, {1, 1, 1, 1});
    const std::vector<PlanOffer> offers = backend_->plans(build_.finish({out}));
    ASSERT_TRUE(std::holds_alternative<Refusal>(offers.front()));
}

TEST_F(FusionTest, DequantizeSubtractsBeforeItScales) {
    const auto scale = build_.scalar(0.5F);
    const auto zero_point = build_.constant(DataType::s32, {1}, {100});
    const auto levels = convert(accumulators({20, 60, 200}), DataType::u8);
    const auto out = build_.node(graph::Dequantize{}, {levels, scale, zero_point}, DataType::f32, shape_);
    expect_everywhere(out, {-30, 10, 77.5});
}

TEST_F(FusionTest, ConvertSaturatesInMidChain) {
    const auto narrow = convert(accumulators({10, 200}), DataType::s8);
    expect_everywhere(binary(BinaryAlgorithm::multiply, narrow, build_.scalar(2)), {40, 254});
}

TEST_F(FusionTest, ConvertRoundsHalfToEvenInMidChain) {
    const auto half = binary(BinaryAlgorithm::multiply, accumulators({1, 3, 5, 7}), build_.scalar(0.25F));
    // 0.5, 1.5, 2.5, 3.5
    expect_everywhere(binary(BinaryAlgorithm::multiply, convert(half, DataType::s8), build_.scalar(4)), {0, 8, 8, 16});
}

TEST_F(FusionTest, WrappingIsRefused) {
    graph::Convert operation;
    operation.overflow = graph::Overflow::wrap;
    const auto out = build_.node(operation, {accumulators({200})}, DataType::u8, {1, 1, 1, 1});
    EXPECT_TRUE(std::holds_alternative<Refusal>(backend_->plans(build_.finish({out})).front()));
}

}  // namespace
}  // namespace difftest::backends::onednn
