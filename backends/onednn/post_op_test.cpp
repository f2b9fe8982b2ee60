#include "backends/onednn/chain_test.hpp"

#include <gmock/gmock.h>

#include <cmath>

/// Every kind of pointwise node after a convolution, in every plan; values that are exact in f32, calculated by hand.
namespace difftest::backends::onednn {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using testing::ElementsAre;
using PostOpTest = ChainTest;

TEST_F(PostOpTest, Relu) {
    const auto shifted = binary(BinaryAlgorithm::subtract, accumulators({0, 2, 10}), build_.scalar(8));
    expect_everywhere(eltwise(EltwiseAlgorithm::relu, shifted, 0.25F), {-2, -1, 12});
}

TEST_F(PostOpTest, LinearAndClip) {
    const auto linear = eltwise(EltwiseAlgorithm::linear, accumulators({0, 2, 10}), -0.5F, 3);
    expect_everywhere(eltwise(EltwiseAlgorithm::clip_v2, linear, -4, 2), {2, 1, -4});
}

TEST_F(PostOpTest, AbsSquareSqrt) {
    const auto shifted = binary(BinaryAlgorithm::subtract, accumulators({0, 2, 10}), build_.scalar(8));
    const auto square = eltwise(EltwiseAlgorithm::square, eltwise(EltwiseAlgorithm::abs, shifted));
    expect_everywhere(eltwise(EltwiseAlgorithm::sqrt, square), {8, 4, 12});
}

TEST_F(PostOpTest, Round) {
    const auto half = binary(BinaryAlgorithm::divide, accumulators({1, 3, 5}), build_.scalar(4));
    expect_everywhere(eltwise(EltwiseAlgorithm::round, half), {0, 2, 2});
}

TEST_F(PostOpTest, TranscendentalsAreNearTheirValue) {
    for (const auto& [algorithm, expected] : {std::pair{EltwiseAlgorithm::tanh, std::tanh(2.0)},
                                              {EltwiseAlgorithm::exp, std::exp(2.0)},
                                              {EltwiseAlgorithm::log, std::log(2.0)},
                                              {EltwiseAlgorithm::logistic, 1 / (1 + std::exp(-2.0))}}) {
        build_ = {};
        const auto out = eltwise(algorithm, accumulators({1}));
        EXPECT_NEAR(output_of("fused", out).front(), expected, 1e-5);
    }
}

TEST_F(PostOpTest, HardsigmoidNeedsTheNewerLibrary) {
    const auto out = eltwise(EltwiseAlgorithm::hardsigmoid, accumulators({0, 1, 50}), 0.25F, 0.25F);
    if (backend_->describe().library_version.starts_with("2.")) {
        EXPECT_TRUE(std::holds_alternative<Refusal>(backend_->plans(build_.finish({out})).front()));
    } else {
        expect_everywhere(out, {0.25, 0.75, 1});
    }
}

TEST_F(PostOpTest, ArithmeticWithAScalar) {
    const auto sum = binary(BinaryAlgorithm::add, accumulators({1, 2, 3}), build_.scalar(0.5F));
    const auto least = binary(BinaryAlgorithm::minimum, sum, build_.scalar(5));
    expect_everywhere(binary(BinaryAlgorithm::maximum, least, build_.scalar(3)), {3, 4.5, 5});
}

TEST_F(PostOpTest, ComparisonsGiveZeroOrOne) {
    // Split only: as post-ops they are broken in oneDNN 2.6 (LIBRARY_TROUBLE.md).
    const std::vector<std::pair<BinaryAlgorithm, CaseBuilder::Values>> expectations{
        {BinaryAlgorithm::greater_equal, {0, 1, 1}}, {BinaryAlgorithm::greater, {0, 0, 1}},
        {BinaryAlgorithm::less_equal, {1, 1, 0}},    {BinaryAlgorithm::less, {1, 0, 0}},
        {BinaryAlgorithm::equal, {0, 1, 0}},         {BinaryAlgorithm::not_equal, {1, 0, 1}},
    };
    for (const auto& [algorithm, expected] : expectations) {
        build_ = {};
        const auto out = binary(algorithm, accumulators({1, 2, 3}), build_.scalar(4));
        EXPECT_EQ(output_of("split", out), expected);
    }
}

TEST_F(PostOpTest, FlowingValueAsTheSecondOperand) {
    const auto difference = binary(BinaryAlgorithm::subtract, build_.scalar(10), accumulators({1, 2, 3}));
    expect_everywhere(binary(BinaryAlgorithm::multiply, build_.scalar(3), difference), {24, 18, 12});
}

TEST_F(PostOpTest, DivisionByTheFlowingValueIsAPrimitiveOfItsOwn) {
    const auto dividend = build_.constant(DataType::f32, {1, 1, 1, 2}, {12, 10});
    const auto out = binary(BinaryAlgorithm::divide, dividend, accumulators({1, 2}));
    expect_everywhere(out, {6, 2.5});
    EXPECT_EQ(run(*backend_, build_.value(), "fused").partitions.size(), 2U);
}

TEST_F(PostOpTest, FirstOperandIsRepeatedToo) {
    const auto dividend = build_.constant(DataType::f32, {1}, {12});
    expect_everywhere(binary(BinaryAlgorithm::divide, dividend, accumulators({1, 2, 3})), {6, 3, 2});
}

TEST_F(PostOpTest, AValueTimesItselfIsNotFused) {
    const auto accumulator = accumulators({1, 2});
    expect_everywhere(binary(BinaryAlgorithm::multiply, accumulator, accumulator), {4, 16});
}

TEST_F(PostOpTest, OperandPerChannel) {
    const auto accumulator = channel_accumulators({1, 2, 3});
    const auto factors = build_.constant(DataType::f32, {3, 1, 1}, {10, 20, 30});
    expect_everywhere(binary(BinaryAlgorithm::multiply, accumulator, factors), {20, 80, 180});
}

TEST_F(PostOpTest, OperandsOfOtherTypes) {
    const auto accumulator = channel_accumulators({1, 2, 3});
    const auto bytes = build_.input(DataType::s8, {1, 3, 1, 1}, {-1, 0, 1});
    const auto words = build_.input(DataType::s32, {3, 1, 1}, {1000, 2000, 3000});
    const auto halves = build_.constant(DataType::f16, {1, 3, 1, 1}, {0.5, 0.25, 2});
    const auto sum = binary(BinaryAlgorithm::add, binary(BinaryAlgorithm::add, accumulator, bytes), words);
    expect_everywhere(binary(BinaryAlgorithm::multiply, sum, halves), {500.5, 501, 6014});
}

/// Two channels of a 2x2 image through a 1x1 convolution by 1 and 3: both operands of the addition have every layout
/// that the library may choose, so a value at the wrong place shows.
TEST_F(PostOpTest, FullTensorOperandKeepsItsPlaces) {
    shape_ = {1, 2, 2, 2};
    const auto data = build_.input(DataType::u8, {1, 1, 2, 2}, {1, 2, 3, 4});
    const auto weights = build_.constant(DataType::s8, {2, 1, 1, 1}, {2, 4});
    const auto accumulator =
        build_.node(graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {data, weights}, DataType::s32, shape_);
    const auto operand = build_.input(DataType::f32, shape_, {100, 200, 300, 400, 500, 600, 700, 800});
    expect_everywhere(binary(BinaryAlgorithm::add, accumulator, operand), {102, 204, 306, 408, 504, 608, 712, 816});
}

TEST_F(PostOpTest, OperandPerColumn) {
    shape_ = {1, 2, 2, 2};
    const auto data = build_.input(DataType::u8, {1, 1, 2, 2}, {1, 2, 3, 4});
    const auto weights = build_.constant(DataType::s8, {2, 1, 1, 1}, {2, 4});
    const auto accumulator =
        build_.node(graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {data, weights}, DataType::s32, shape_);
    const auto operand = build_.input(DataType::f32, {2}, {10, 20});
    const auto out = binary(BinaryAlgorithm::multiply, accumulator, operand);
    EXPECT_THAT(output_of("split", out), ElementsAre(20, 80, 60, 160, 40, 160, 120, 320));
}

TEST_F(PostOpTest, ResidualFromAnotherConvolution) {
    const auto first = accumulators({1, 2, 3});
    const auto second = accumulators({10, 20, 30}, 4);
    expect_everywhere(binary(BinaryAlgorithm::add, first, second), {42, 84, 126});
}

TEST_F(PostOpTest, IntermediateOutputsAreWrittenToo) {
    const auto levels = build_.fake_quantize(accumulators({3, 200}), 256, {0, 255, 0, 255}, DataType::u8);
    const auto tripled = binary(BinaryAlgorithm::multiply, levels, build_.scalar(3));
    const graph::Case& value = build_.finish({levels, tripled});
    for (const char* plan : {"fused", "split"}) {
        EXPECT_THAT(run(*backend_, value, plan).outputs, ElementsAre(ElementsAre(6, 255), ElementsAre(18, 765)));
    }
}

}  // namespace
}  // namespace difftest::backends::onednn
