#include "backends/onednn/graph_description.hpp"
#include "backends/onednn/library_graph.hpp"
#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/oracle_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The plan `graph`: first what a case becomes in the words of the Graph API, then what the library makes of it.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using graph::TensorData;
using testing::ElementsAre;
using testing::HasSubstr;

/// relu(sums * factor) of a 1x1 convolution, quantized with the scale 4 and the zero point 3.
graph::Case quantized_convolution() {
    graph::CaseBuilder builder("quantized");
    const auto data = builder.input("data", TensorData(DataType::u8, {1, 2, 1, 2}, {10, 20, 30, 40}));
    const auto weights = builder.constant("weights", TensorData(DataType::s8, {2, 2, 1, 1}, {1, 1, -1, 2}));
    const graph::Convolution one_by_one{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1};
    const auto sums = builder.node("sums", one_by_one, {data, weights}, DataType::s32);
    const auto factors = builder.per_channel("factors", {0.5F, 2.0F}, 4);
    const auto real =
        builder.node("real", graph::Binary{graph::BinaryAlgorithm::multiply}, {sums, factors}, DataType::f32);
    const auto relu = builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0, 0}, {real}, DataType::f32);
    const auto scale = builder.scalar("scale", 4);
    const auto zero_point = builder.constant("zero_point", TensorData(DataType::s32, {}, {3}));
    const graph::Quantize quantize{graph::Rounding::half_to_even, graph::ZeroPointSite::before_rounding};
    const auto out = builder.node("out", quantize, {relu, scale, zero_point}, DataType::u8);
    return builder.build({out});
}

std::vector<std::string> kinds_of(const GraphDescription& description) {
    std::vector<std::string> kinds;
    for (const GraphOperation& each : description.operations) {
        kinds.push_back(each.kind);
    }
    return kinds;
}

GraphAttribute attribute(const GraphOperation& operation, const std::string& name) {
    for (const auto& [key, value] : operation.attributes) {
        if (key == name) {
            return value;
        }
    }
    throw std::runtime_error("no attribute " + name);
}

std::string refusal(const graph::Case& value) {
    try {
        describe_graph(value, true);
        return "";
    } catch (const Unsupported& reason) {
        return reason.what();
    }
}

TEST(GraphDescription, TheFactorOfAContractionIsTheScaleOfItsWeights) {
    const GraphDescription folded = describe_graph(quantized_convolution(), true);
    EXPECT_THAT(kinds_of(folded), ElementsAre("Dequantize", "Dequantize", "Convolution", "ReLU", "Quantize"));
    EXPECT_EQ(attribute(folded.operations[1], "scales"), GraphAttribute(std::vector<float>{0.5F, 2.0F}));
    EXPECT_EQ(attribute(folded.operations[1], "axis"), GraphAttribute(std::int64_t{0}));
    EXPECT_EQ(attribute(folded.operations[4], "zps"), GraphAttribute(std::vector<std::int64_t>{3}));
    ASSERT_EQ(folded.contractions.size(), 1U);
    EXPECT_TRUE(folded.contractions[0].has_scale);
    EXPECT_TRUE(folded.contractions[0].is_exact_in_f32) << "2 terms of at most 255 * 128";

    const GraphDescription plain = describe_graph(quantized_convolution(), false);
    EXPECT_THAT(kinds_of(plain),
                ElementsAre("Dequantize", "Dequantize", "Convolution", "Multiply", "ReLU", "Quantize"));
    EXPECT_EQ(attribute(plain.operations[1], "scales"), GraphAttribute(std::vector<float>{1.0F}));
}

TEST(GraphDescription, SumsBeyond2To24AreNotExact) {
    // 255 * 128 = 32640; 514 terms are 16776960, 515 are beyond 16777216.
    for (const std::int64_t terms : {514, 515}) {
        graph::CaseBuilder builder("long");
        const auto a = builder.input("a", TensorData(DataType::u8, {1, terms}));
        const auto b = builder.constant("b", TensorData(DataType::s8, {terms, 1}));
        const auto sums = builder.node("sums", graph::Matmul{}, {a, b}, DataType::s32);
        const auto out = builder.node("out", graph::Convert{}, {sums}, DataType::f32);
        const GraphDescription description = describe_graph(builder.build({out}), true);
        EXPECT_EQ(description.contractions.at(0).is_exact_in_f32, terms == 514);
    }
}

TEST(GraphDescription, SaysWhatTheGraphApiCannotSay) {
    graph::CaseBuilder builder("s32");
    const auto a = builder.input("a", TensorData(DataType::u8, {1, 2}));
    const auto b = builder.constant("b", TensorData(DataType::s8, {2, 1}));
    const auto sums = builder.node("sums", graph::Matmul{}, {a, b}, DataType::s32);
    EXPECT_THAT(refusal(builder.build({sums})), HasSubstr("no s32 result"));

    graph::CaseBuilder halves("half");
    const auto half = halves.input("half", TensorData(DataType::f16, {1, 2}));
    const auto relu = halves.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0, 0}, {half}, DataType::f32);
    EXPECT_THAT(refusal(halves.build({relu})), HasSubstr("f16 operands"));

    graph::CaseBuilder slices("slice");
    const auto data = slices.input("data", TensorData(DataType::f32, {1, 2}));
    const auto slice = slices.node("slice", graph::Slice{{0, 0}, {1, 1}, {1, 1}}, {data}, DataType::f32);
    EXPECT_THAT(refusal(slices.build({slice})), HasSubstr("no slice"));
}

/// In f32 the nine terms of 2^25 and a little would be summed with an error of up to 16.
TEST(GraphDescription, RefusesSumsThatF32CannotHold) {
    graph::CaseBuilder builder("long sums");
    const auto data = builder.constant("data", TensorData(DataType::s32, {1, 1, 2}, {33554452, 33554452}));
    const auto mean =
        builder.node("mean", graph::Reduction{graph::ReductionAlgorithm::mean, {2}}, {data}, DataType::s32);
    const auto factor = builder.scalar("factor", 0.5F);
    const auto out =
        builder.node("out", graph::Binary{graph::BinaryAlgorithm::multiply}, {mean, factor}, DataType::f32);
    EXPECT_THAT(refusal(builder.build({out})), HasSubstr("not exact"));
}

class GraphPlan : public testing::Test {
protected:
    void SetUp() override {
        if (is_version_2(*backend_)) {
            GTEST_SKIP() << "oneDNN 2.x has no Graph API";
        }
    }
    std::unique_ptr<Backend> backend_ = make_onednn_backend();
};

TEST(GraphPlanOfVersion2, IsRefusedWithItsReason) {
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    const std::vector<PlanOffer> offers = backend->plans(quantized_convolution());
    const auto* refused = std::get_if<Refusal>(&offers.back());
    EXPECT_EQ(refused != nullptr, is_version_2(*backend));
    if (refused != nullptr) {
        EXPECT_EQ(refused->plan, "graph");
        EXPECT_EQ(refused->reason, "oneDNN 2.x has no Graph API");
    }
}

TEST_F(GraphPlan, AQuantizedConvolutionIsOnePartition) {
    // Sums: 40 60 and 50 60; times 0.5 and 2: 20 30 and 100 120; a quarter plus 3: 8 10.5 and 28 33.
    const auto got = run(*backend_, quantized_convolution(), "graph");
    EXPECT_THAT(got.outputs.front(), ElementsAre(8, 10, 28, 33));
    ASSERT_EQ(got.partitions.size(), 1U);
    EXPECT_THAT(got.partitions[0].nodes, ElementsAre("sums", "real", "relu", "out"));
    EXPECT_EQ(got.partitions[0].implementation, "graph:Convolution:int8");
    EXPECT_TRUE(got.contract.grants(contract::Freedom::rounding_and_zero_point_site));
}

TEST_F(GraphPlan, AGroupedDeconvolutionHasItsInputChannelsFirst) {
    graph::CaseBuilder builder("grouped");
    // Two groups, each from one channel to two: [O, C/groups, 1].
    const auto data = builder.input("data", TensorData(DataType::s8, {1, 2, 2}, {1, 2, 10, 20}));
    const auto weights = builder.constant("weights", TensorData(DataType::s8, {4, 1, 1}, {1, 2, 3, 4}));
    const auto sums =
        builder.node("sums", graph::Deconvolution{{1}, {1}, {0}, {0}, {0}, 2}, {data, weights}, DataType::s32);
    const auto out = builder.node("out", graph::Convert{}, {sums}, DataType::f32);
    const auto got = run(*backend_, builder.build({out}), "graph");
    EXPECT_THAT(got.outputs.front(), ElementsAre(1, 2, 2, 4, 30, 60, 40, 80));
}

TEST_F(GraphPlan, AValueThatIsAlsoAnOutputIsWritten) {
    graph::CaseBuilder builder("two outputs");
    const auto data = builder.input("data", TensorData(DataType::f32, {1, 2}, {-1, 2}));
    const auto relu = builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0, 0}, {data}, DataType::f32);
    const auto square =
        builder.node("square", graph::Eltwise{graph::EltwiseAlgorithm::square, 0, 0}, {relu}, DataType::f32);
    const auto got = run(*backend_, builder.build({relu, square}), "graph");
    EXPECT_THAT(got.outputs[0], ElementsAre(0, 2));
    EXPECT_THAT(got.outputs[1], ElementsAre(0, 4));
}

}  // namespace
}  // namespace difftest::backends::onednn
