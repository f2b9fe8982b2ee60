#include "backends/plugin/plugin_graph.hpp"

#include "reference/graph/case_builder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace difftest::backends {
namespace {

using graph::DataType;
using graph::TensorData;

TEST(PluginGraph, ShowsNodesSlotsAttributesAndMemory) {
    graph::CaseBuilder builder("case");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 2, 3}, {1, 2, 3, 4, 5, 6}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {4, 2, 1}));
    graph::Convolution convolution;
    convolution.strides = {2};
    convolution.dilations = {1};
    convolution.pads_begin = {0};
    convolution.pads_end = {0};
    const auto y = builder.node("y", convolution, {x, w}, DataType::s32);
    const auto z = builder.node("z", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0.5F, 0}, {y}, DataType::f32);
    graph::Case value = builder.build({z});
    std::vector<std::byte> result(32);  // 4 channels, 2 positions, 4 bytes
    Buffers buffers;
    buffers.tensors = {value.data[0].bytes(), value.data[1].bytes(), {}, result};
    const PluginGraph graph(value.graph, buffers);
    const difftest_graph& view = graph.view();

    ASSERT_EQ(view.tensor_count, 4U);
    EXPECT_STREQ(view.tensors[0].name, "x");
    EXPECT_STREQ(view.tensors[0].type, "u8");
    EXPECT_EQ(view.tensors[0].role, DIFFTEST_INPUT);
    EXPECT_EQ(view.tensors[1].role, DIFFTEST_CONSTANT);
    EXPECT_EQ(static_cast<const std::uint8_t*>(view.tensors[0].data)[5], 6);
    EXPECT_EQ(view.tensors[2].data, nullptr);  // y is nobody's business
    EXPECT_EQ(view.tensors[3].data, result.data());
    // (3 - 1) / 2 + 1 = 2 positions of 4 channels.
    ASSERT_EQ(view.tensors[2].rank, 3U);
    EXPECT_EQ(view.tensors[2].shape[1], 4);
    EXPECT_EQ(view.tensors[2].shape[2], 2);

    ASSERT_EQ(view.node_count, 2U);
    EXPECT_STREQ(view.nodes[0].operation, "convolution");
    EXPECT_EQ(view.nodes[0].slot_count, 2U);
    EXPECT_EQ(difftest_at(&view, &view.nodes[0], "weights"), &view.tensors[1]);
    EXPECT_EQ(difftest_at(&view, &view.nodes[0], "bias"), nullptr);
    EXPECT_EQ(difftest_number(&view.nodes[0], "strides", 0), 2);
    EXPECT_EQ(difftest_number(&view.nodes[0], "groups", 0), 1);
    EXPECT_EQ(difftest_number(&view.nodes[1], "alpha", 0), 0.5);
    EXPECT_EQ(difftest_number(&view.nodes[1], "strides", 0), 0);
    EXPECT_STREQ(view.nodes[1].attributes[0].text, "relu");
    ASSERT_EQ(view.output_count, 1U);
    EXPECT_EQ(view.outputs[0], 3U);
}

}  // namespace
}  // namespace difftest::backends
