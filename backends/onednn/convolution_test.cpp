#include "backends/onednn/case_builder.hpp"
#include "backends/onednn/onednn_backend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

/// Accumulators of convolutions and deconvolutions, calculated by hand.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using testing::ElementsAre;

graph::Convolution convolution(std::size_t spatial) {
    const std::vector<std::int64_t> ones(spatial, 1);
    const std::vector<std::int64_t> zeros(spatial, 0);
    return {ones, ones, zeros, zeros, 1};
}

graph::Deconvolution deconvolution(std::size_t spatial) {
    const std::vector<std::int64_t> ones(spatial, 1);
    const std::vector<std::int64_t> zeros(spatial, 0);
    return {ones, ones, zeros, zeros, zeros, 1};
}

class ConvolutionTest : public testing::Test {
protected:
    CaseBuilder::Values only_output(graph::TensorId output) {
        return run(*backend_, build_.finish({output}), "fused").outputs.front();
    }

    std::unique_ptr<Backend> backend_ = make_onednn_backend();
    CaseBuilder build_;
};

TEST_F(ConvolutionTest, CrossCorrelatesWithoutFlippingTheKernel) {
    const auto data = build_.input(DataType::u8, {1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    const auto weights = build_.constant(DataType::s8, {1, 1, 2, 2}, {1, 2, 3, 4});
    const auto bias = build_.constant(DataType::s32, {1}, {100});
    const auto out = build_.node(convolution(2), {data, weights, bias}, DataType::s32, {1, 1, 2, 2});
    // 1*1 + 2*2 + 4*3 + 5*4 = 37, and so on; bias 100.
    EXPECT_THAT(only_output(out), ElementsAre(137, 147, 167, 177));
}

TEST_F(ConvolutionTest, StridesAndPadsEachSideByItsOwnAmount) {
    const auto data = build_.input(DataType::s8, {1, 1, 1, 3}, {1, -2, 3});
    const auto weights = build_.constant(DataType::s8, {1, 1, 1, 2}, {10, 4});
    graph::Convolution operation = convolution(2);
    operation.strides = {1, 2};
    operation.pads_begin = {0, 1};
    operation.pads_end = {0, 0};
    // Padded row: 0 1 -2 3; windows at 0 and 2: 0*10 + 1*4, -2*10 + 3*4.
    const auto out = build_.node(operation, {data, weights}, DataType::s32, {1, 1, 1, 2});
    EXPECT_THAT(only_output(out), ElementsAre(4, -8));
}

TEST_F(ConvolutionTest, DilatesInOneDimension) {
    const auto data = build_.input(DataType::u8, {1, 1, 4}, {1, 2, 3, 4});
    const auto weights = build_.constant(DataType::s8, {1, 1, 2}, {2, 10});
    graph::Convolution operation = convolution(1);
    operation.dilations = {2};
    // 1*2 + 3*10, 2*2 + 4*10
    const auto out = build_.node(operation, {data, weights}, DataType::s32, {1, 1, 2});
    EXPECT_THAT(only_output(out), ElementsAre(32, 44));
}

TEST_F(ConvolutionTest, KeepsGroupsApart) {
    const auto data = build_.input(DataType::u8, {1, 4, 1, 1}, {1, 2, 3, 4});
    const auto weights = build_.constant(DataType::s8, {2, 2, 1, 1}, {2, 10, 6, 8});
    graph::Convolution operation = convolution(2);
    operation.groups = 2;
    // 1*2 + 2*10, 3*6 + 4*8
    const auto out = build_.node(operation, {data, weights}, DataType::s32, {1, 2, 1, 1});
    EXPECT_THAT(only_output(out), ElementsAre(22, 50));
}

TEST_F(ConvolutionTest, WorksInThreeDimensions) {
    const auto data = build_.input(DataType::u8, {1, 1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
    const auto weights = build_.constant(DataType::s8, {1, 1, 2, 2, 2}, {2, 0, 0, 0, 0, 0, 0, 4});
    const auto out = build_.node(convolution(3), {data, weights}, DataType::s32, {1, 1, 1, 1, 1});
    EXPECT_THAT(only_output(out), ElementsAre(1 * 2 + 8 * 4));
}

TEST_F(ConvolutionTest, PaddingCountsAsTheZeroPoint) {
    const auto data = build_.input(DataType::u8, {1, 16, 3, 3}, CaseBuilder::Values(144, 5));
    const auto weights = build_.constant(DataType::s8, {1, 16, 3, 3}, CaseBuilder::Values(144, 1));
    const auto zero_point = build_.constant(DataType::s32, {}, {2});
    graph::Convolution operation = convolution(2);
    operation.pads_begin = operation.pads_end = {1, 1};
    const auto out = build_.node(operation, {data, weights, graph::kAbsent, zero_point}, DataType::s32, {1, 1, 3, 3});
    // (5 - 2) * 16 channels * 4, 6 or 9 taps inside
    EXPECT_THAT(only_output(out), ElementsAre(192, 288, 192, 288, 432, 288, 192, 288, 192));
}

TEST_F(ConvolutionTest, TakesZeroPointsPerChannel) {
    const auto data = build_.input(DataType::u8, {1, 2, 1, 1}, {5, 6});
    const auto weights = build_.constant(DataType::s8, {1, 2, 1, 1}, {2, 10});
    const auto zero_point = build_.constant(DataType::s32, {2}, {1, 2});
    const auto out =
        build_.node(convolution(2), {data, weights, graph::kAbsent, zero_point}, DataType::s32, {1, 1, 1, 1});
    EXPECT_THAT(only_output(out), ElementsAre(4 * 2 + 4 * 10));
}

TEST_F(ConvolutionTest, DeconvolutionSpreadsEveryInputOverTheKernel) {
    const auto data = build_.input(DataType::u8, {1, 1, 2, 2}, {1, 2, 3, 4});
    const auto weights = build_.constant(DataType::s8, {1, 1, 2, 2}, {1, 2, 3, 4});
    const auto out = build_.node(deconvolution(2), {data, weights}, DataType::s32, {1, 1, 3, 3});
    EXPECT_THAT(only_output(out), ElementsAre(1, 4, 4, 6, 20, 16, 9, 24, 16));
}

TEST_F(ConvolutionTest, DeconvolutionCropsByPadsAndExtendsByOutputPadding) {
    const auto data = build_.input(DataType::u8, {1, 1, 2, 2}, {1, 2, 3, 4});
    const auto weights = build_.constant(DataType::s8, {1, 1, 2, 2}, {1, 2, 3, 4});
    const auto bias = build_.constant(DataType::s32, {1}, {-1});
    graph::Deconvolution operation = deconvolution(2);
    operation.strides = {2, 2};
    operation.pads_begin = operation.pads_end = {1, 1};
    operation.output_padding = {1, 1};
    // Stride 2: each input times the whole kernel, side by side; the first row and column are cropped.
    const auto out = build_.node(operation, {data, weights, bias}, DataType::s32, {1, 1, 3, 3});
    EXPECT_THAT(only_output(out), ElementsAre(3, 5, 7, 5, 3, 7, 11, 11, 15));
}

TEST_F(ConvolutionTest, OutputPaddingOfAStrideIsUnsupported) {
    const auto data = build_.input(DataType::u8, {1, 1, 1, 1}, {1});
    const auto weights = build_.constant(DataType::s8, {1, 1, 2, 2}, {1, 2, 3, 4});
    graph::Deconvolution operation = deconvolution(2);
    operation.dilations = {2, 2};
    operation.output_padding = {0, 1};
    const auto out = build_.node(operation, {data, weights}, DataType::s32, {1, 1, 3, 4});
    EXPECT_THROW(only_output(out), Unsupported);
}

TEST_F(ConvolutionTest, DeconvolutionDilates) {
    const auto data = build_.input(DataType::u8, {1, 1, 1, 2}, {1, 2});
    const auto weights = build_.constant(DataType::s8, {1, 1, 1, 2}, {1, 10});
    graph::Deconvolution operation = deconvolution(2);
    operation.dilations = {1, 2};
    const auto out = build_.node(operation, {data, weights}, DataType::s32, {1, 1, 1, 4});
    EXPECT_THAT(only_output(out), ElementsAre(1, 2, 10, 20));
}

TEST_F(ConvolutionTest, DeconvolutionHasGroupsAndZeroPoints) {
    const auto data = build_.input(DataType::u8, {1, 2, 1, 1}, {7, 8});
    const auto weights = build_.constant(DataType::s8, {4, 1, 1, 1}, {1, 2, 3, 4});
    const auto zero_point = build_.constant(DataType::s32, {}, {2});
    graph::Deconvolution operation = deconvolution(2);
    operation.groups = 2;
    const auto out = build_.node(operation, {data, weights, graph::kAbsent, zero_point}, DataType::s32, {1, 4, 1, 1});
    EXPECT_THAT(only_output(out), ElementsAre(5, 10, 18, 24));
}

TEST_F(ConvolutionTest, DeconvolutionOfSignedDataReadsWeightsByOutputThenInputChannel) {
    const auto data = build_.input(DataType::s8, {1, 2, 1, 1}, {3, -4});
    const auto weights = build_.constant(DataType::s8, {3, 2, 1, 1}, {2, 4, 6, 8, 10, 12});
    // 3*2 - 4*4, 3*6 - 4*8, 3*10 - 4*12
    const auto out = build_.node(deconvolution(2), {data, weights}, DataType::s32, {1, 3, 1, 1});
    EXPECT_THAT(only_output(out), ElementsAre(-10, -14, -18));
}

TEST_F(ConvolutionTest, WeightsZeroPointsAreUnsupported) {
    const auto data = build_.input(DataType::u8, {1, 1, 1, 1}, {1});
    const auto weights = build_.constant(DataType::s8, {1, 1, 1, 1}, {1});
    const auto zero_point = build_.constant(DataType::s32, {1}, {3});
    const auto out = build_.node(convolution(2), {data, weights, graph::kAbsent, graph::kAbsent, zero_point},
                                 DataType::s32, {1, 1, 1, 1});
    EXPECT_THROW(only_output(out), Unsupported);
}

}  // namespace
}  // namespace difftest::backends::onednn
