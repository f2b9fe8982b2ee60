#include "harness/compare/trace.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using graph::TensorRole;

/// convolution -> binary multiply with a factor per channel -> convert to u8. The tensors' allowed sets are made up: a
/// trace only follows coordinates.
struct Chain {
    graph::Case value;
    oracle::Evaluation evaluation;

    Chain() {
        graph::Graph& graph = value.graph;
        graph.tensors = {
            {"data", DataType::u8, {1, 1, 1, 2}, TensorRole::input, -1},
            {"weights", DataType::s8, {3, 1, 1, 1}, TensorRole::constant, -1},
            {"factor", DataType::f32, {1, 3, 1, 1}, TensorRole::constant, -1},
            {"accumulator", DataType::s32, {1, 3, 1, 2}, TensorRole::intermediate, 0},
            {"scaled", DataType::f32, {1, 3, 1, 2}, TensorRole::intermediate, 1},
            {"out", DataType::u8, {1, 3, 1, 2}, TensorRole::intermediate, 2},
        };
        graph.nodes = {
            {"convolution", graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {0, 1, -1, -1, -1}, 3},
            {"scale", graph::Binary{graph::BinaryAlgorithm::multiply}, {3, 2}, 4},
            {"store", graph::Convert{}, {4}, 5},
        };
        graph.outputs = {5};
        value.data.resize(graph.tensors.size());
        value.data[0] = TensorData(DataType::u8, {1, 1, 1, 2}, {10, 20});
        value.data[1] = TensorData(DataType::s8, {3, 1, 1, 1}, {1, 2, 3});
        value.data[2] = TensorData(DataType::f32, {1, 3, 1, 1}, {0.5, 0.25, 8});
        for (const graph::Tensor& tensor : graph.tensors) {
            evaluation.tensors.emplace_back(tensor.type, tensor.shape);
        }
        // Element [0,2,0,1], index 5: 20 * 3 = 60; 60 * 8 = 480; saturated to 255.
        evaluation.tensors[3].set_point(5, 60);
        evaluation.tensors[4].set_point(5, 480);
        evaluation.tensors[5].set_point(5, 255);
    }
};

TEST(Trace, FollowsTheElementBackToTheAccumulator) {
    const Chain chain;
    const Trace trace = trace_element(chain.value, chain.evaluation, 5, 5, {});
    ASSERT_EQ(trace.size(), 3U);
    EXPECT_EQ(trace[0].node, "convolution");
    EXPECT_EQ(trace[0].operation, "convolution");
    EXPECT_EQ(trace[0].coordinates, (std::vector<std::int64_t>{0, 2, 0, 1}));
    EXPECT_TRUE(trace[0].allowed.contains(60));
    EXPECT_EQ(trace[1].operation, "binary multiply");
    EXPECT_TRUE(trace[1].allowed.contains(480));
    EXPECT_EQ(trace[2].node, "store");
    EXPECT_EQ(trace[2].operation, "convert");
    EXPECT_TRUE(trace[2].allowed.contains(255));
}

TEST(Trace, ReadsOperandsOfTheElementsChannel) {
    const Chain chain;
    const Trace trace = trace_element(chain.value, chain.evaluation, 5, 5, {});
    ASSERT_EQ(trace[1].operands.size(), 1U);
    EXPECT_EQ(trace[1].operands[0].slot, "b");
    EXPECT_EQ(trace[1].operands[0].value, 8);
}

TEST(Trace, ShowsTheBackendsValueWhereItIsKnown) {
    const Chain chain;
    const Trace trace = trace_element(chain.value, chain.evaluation, 5, 5,
                                      {{5, TensorData(DataType::u8, {1, 3, 1, 2}, {0, 0, 0, 0, 0, 224})}});
    EXPECT_FALSE(trace[1].got.has_value());
    ASSERT_TRUE(trace[2].got.has_value());
    EXPECT_EQ(*trace[2].got, 224);
}

TEST(Trace, FollowsTheElementThroughAPermutation) {
    Chain chain;
    chain.value.graph.nodes[2] = {"turn", graph::Permute{{0, 3, 2, 1}}, {4}, 5};
    chain.value.graph.tensors[5].shape = {1, 2, 1, 3};
    chain.evaluation.tensors[5] = oracle::AllowedTensor(DataType::f32, {1, 2, 1, 3});
    // [0,1,0,0] of the result, index 3, is [0,0,0,1] of the scaled tensor: channel 0, factor 0.5.
    const Trace trace = trace_element(chain.value, chain.evaluation, 5, 3, {});
    ASSERT_EQ(trace.size(), 3U);
    EXPECT_EQ(trace[2].operation, "permute");
    EXPECT_EQ(trace[1].coordinates, (std::vector<std::int64_t>{0, 0, 0, 1}));
    ASSERT_EQ(trace[1].operands.size(), 1U);
    EXPECT_EQ(trace[1].operands[0].value, 0.5);
}

TEST(Trace, JoiningBranchesAppearOnce) {
    Chain chain;
    chain.value.graph.nodes[1].inputs = {3, 3};
    const Trace trace = trace_element(chain.value, chain.evaluation, 5, 5, {});
    EXPECT_EQ(trace.size(), 3U);
}

}  // namespace
}  // namespace difftest::harness
