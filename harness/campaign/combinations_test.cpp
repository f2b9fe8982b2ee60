#include "harness/campaign/combinations.hpp"

#include "reference/graph/case_builder.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;

TEST(Combination, NamesTypesGroupingAndOptionalInputs) {
    graph::CaseBuilder builder("sample");
    const auto data = builder.input("data", TensorData(DataType::u8, {2, 3, 4}));
    const auto weights = builder.constant("weights", TensorData(DataType::s8, {3, 1, 2}));
    const auto bias = builder.constant("bias", TensorData(DataType::s32, {3}));
    const auto zero_point = builder.constant("zero_point", TensorData(DataType::s32, {}));
    const auto conv = builder.node("conv", graph::Convolution{{3}, {1}, {0}, {0}, 3}, {data, weights, bias, zero_point},
                                   DataType::s32);
    const auto relu = builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0, 0}, {conv}, DataType::f32);
    const auto out = builder.node("out", graph::Convert{}, {relu}, DataType::s8);
    const graph::Graph graph = builder.build({out}).graph;
    const std::vector<std::string> fused{"conv", "relu", "out"};
    EXPECT_EQ(combination_of(graph, fused), "u8*s8 depthwise, bias s32, first zero point -> s8");
    const std::vector<std::string> alone{"relu"};
    EXPECT_EQ(combination_of(graph, alone), "s32 -> f32");
    EXPECT_EQ(combination_of(graph, {}), "");
}

TEST(RefusalClass, LeavesOutWhatDiffersFromCaseToCase) {
    EXPECT_EQ(refusal_class("convolution + 3 post-ops of 'conv1': could not create a descriptor (unimplemented)"),
              "convolution + post-ops: could not create a descriptor (unimplemented)");
    EXPECT_EQ(refusal_class("'out' rounds half away from zero"), "'...' rounds half away from zero");
}

TEST(ReasonClass, LeavesOutNodesAndCounts) {
    EXPECT_EQ(reason_class("node conv: pairs of products in s16; 12 elements are not judged"),
              "pairs of products in s16; N elements are not judged");
    EXPECT_EQ(reason_class("the output is constant and none of the 7 applicable faults would change it"),
              "the output is constant and none of the N applicable faults would change it");
}

}  // namespace
}  // namespace difftest::harness
