#include "backends/onednn/depthwise_fusion.hpp"
#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/oracle_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

/// A 3x3 depthwise convolution as a post-op of the 1x1 convolution before it.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using graph::TensorData;
using graph::TensorId;

constexpr std::int64_t kChannels = 32;

/// 1x1 convolution, relu, u8, 3x3 depthwise convolution, relu, u8; `pad_end` closes the second window.
graph::Case pair(std::int64_t extent, std::int64_t stride, Draw& draw, bool with_bias = false) {
    graph::CaseBuilder builder("pair");
    const auto data = builder.input("data", draw.tensor(DataType::u8, {1, kChannels, extent, extent}, 0, 7));
    const auto point = builder.constant("point", draw.tensor(DataType::s8, {kChannels, kChannels, 1, 1}, -3, 3));
    const auto sums =
        builder.node("sums", graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {data, point}, DataType::s32);
    const graph::Eltwise relu{graph::EltwiseAlgorithm::relu, 0, 0};
    const auto positive = builder.node("positive", relu, {sums}, DataType::f32);
    const auto bytes = builder.node("bytes", graph::Convert{}, {positive}, DataType::u8);
    const auto taps = builder.constant("taps", draw.tensor(DataType::s8, {kChannels, 1, 3, 3}, -2, 2));
    std::vector<TensorId> inputs{bytes, taps};
    if (with_bias) {
        inputs.push_back(builder.constant("bias", draw.tensor(DataType::s32, {kChannels}, -50, 50)));
    }
    const auto window = builder.node("window", graph::Convolution{{stride, stride}, {1, 1}, {1, 1}, {1, 1}, kChannels},
                                     inputs, DataType::s32);
    const auto last = builder.node("last", relu, {window}, DataType::f32);
    return builder.build({builder.node("out", graph::Convert{}, {last}, DataType::u8)});
}

TEST(DepthwiseFusion, JoinsTheTwoConvolutionsWithTheirChains) {
    Draw draw(1);
    const auto joined = partition(pair(6, 1, draw), Fusion::fused_depthwise);
    const auto& partitions = std::get<Partitioning>(joined);
    ASSERT_EQ(partitions.size(), 1U);
    // relu, the depthwise convolution, relu; the conversions are the stores.
    ASSERT_EQ(partitions[0].steps.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<DepthwiseStep>(partitions[0].steps[1]));
    EXPECT_EQ(partitions[0].nodes.size(), 6U);
    EXPECT_EQ(std::get<Partitioning>(partition(pair(6, 1, draw), Fusion::fused)).size(), 2U);
}

TEST(DepthwiseFusion, AnExtentThatIsNotRoundedUpStaysAPrimitiveOfItsOwn) {
    Draw draw(2);
    graph::Case value = pair(6, 2, draw);
    auto& window = std::get<graph::Convolution>(value.graph.nodes[3].operation);
    window.pads_begin = {0, 0};
    EXPECT_EQ(std::get<Partitioning>(partition(value, Fusion::fused_depthwise)).size(), 2U);
}

/// What a release does not offer it must refuse; what it does must be what the two convolutions give.
TEST(DepthwiseFusion, IsExactWhereTheLibraryOffersIt) {
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    Draw draw(3);
    int runs = 0;
    for (const std::int64_t extent : {4, 5, 8, 13}) {
        for (const std::int64_t stride : {1, 2}) {
            for (const bool with_bias : {false, true}) {
                const graph::Case value = pair(extent, stride, draw, with_bias);
                ASSERT_TRUE(offers_plan(*backend, value, "fused_depthwise"));
                const auto apart = run(*backend, value, "split");
                try {
                    const auto together = run(*backend, value, "fused_depthwise");
                    EXPECT_EQ(together.partitions.size(), 1U);
                    EXPECT_EQ(together.outputs, apart.outputs)
                        << extent << " " << stride << " " << together.partitions[0].implementation;
                    std::cout << together.partitions[0].implementation << "\n";
                    ++runs;
                } catch (const Unsupported& refusal) {
                    std::cout << refusal.what() << "\n";
                }
            }
        }
    }
    std::cout << runs << " of 16 ran fused\n";
}

/// An operand with a value for each element, between the two convolutions: the library does not tell its layout.
TEST(DepthwiseFusion, AnOperandBetweenTheTwoIsReadWhereItStands) {
    graph::CaseBuilder builder("operand");
    const auto data = builder.input("data", TensorData(DataType::u8, {1, 1, 2, 2}, {0, 0, 0, 0}));
    const auto point = builder.constant("point", TensorData(DataType::s8, {2, 1, 1, 1}, {0, 0}));
    const auto sums =
        builder.node("sums", graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {data, point}, DataType::s32);
    const auto operand = builder.input("operand", TensorData(DataType::f32, {1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
    const auto added =
        builder.node("added", graph::Binary{graph::BinaryAlgorithm::add}, {sums, operand}, DataType::f32);
    const auto bytes = builder.node("bytes", graph::Convert{}, {added}, DataType::u8);
    TensorData middle(DataType::s8, {2, 1, 3, 3});
    middle.set(4, 1);   // the first channel itself
    middle.set(13, 2);  // the second one, doubled
    const auto window = builder.node("window", graph::Convolution{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 2},
                                     {bytes, builder.constant("taps", middle)}, DataType::s32);
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    try {
        EXPECT_THAT(run(*backend, builder.build({window}), "fused_depthwise").outputs.front(),
                    testing::ElementsAre(1, 2, 3, 4, 10, 12, 14, 16));
    } catch (const Unsupported& refusal) {
        GTEST_SKIP() << refusal.what();
    }
}

}  // namespace
}  // namespace difftest::backends::onednn
