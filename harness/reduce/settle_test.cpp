#include "harness/reduce/settle.hpp"

#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/oracle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

/// x -> abs -> * two -> left, and abs + one -> right.
graph::Case two_branches() {
    CaseBuilder builder("branches");
    const auto x = builder.input("x", TensorData(DataType::f32, {2}, {-3, 4}));
    const auto two = builder.scalar("two", 2);
    const auto one = builder.scalar("one", 1);
    const auto absolute = builder.node("abs", graph::Eltwise{graph::EltwiseAlgorithm::abs, 0, 0}, {x}, DataType::f32);
    const auto left =
        builder.node("left", graph::Binary{graph::BinaryAlgorithm::multiply}, {absolute, two}, DataType::f32);
    const auto right =
        builder.node("right", graph::Binary{graph::BinaryAlgorithm::add}, {absolute, one}, DataType::f32);
    return builder.build({left, right});
}

/// 1x2x3 -> convolution to 4 channels with bias -> * factor per channel -> + an operand of the full shape.
graph::Case convolution_case() {
    CaseBuilder builder("convolution");
    const auto data = builder.input("data", TensorData(DataType::u8, {1, 2, 3}));
    const auto weights = builder.constant("weights", TensorData(DataType::s8, {4, 2, 2}));
    const auto bias = builder.constant("bias", TensorData(DataType::s32, {4}, {1, 2, 3, 4}));
    const auto sums =
        builder.node("sums", graph::Convolution{{1}, {1}, {0}, {0}, 1}, {data, weights, bias}, DataType::s32);
    const auto factor = builder.per_channel("factor", {1, 10, 100, 1000}, 3);
    const auto scaled =
        builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply}, {sums, factor}, DataType::f32);
    const auto full = builder.constant("full", TensorData(DataType::f32, {1, 4, 2}));
    return builder.build(
        {builder.node("out", graph::Binary{graph::BinaryAlgorithm::add}, {scaled, full}, DataType::f32)});
}

const graph::Shape& shape_of(const graph::Case& value, const char* name) {
    return value.graph.tensor(*value.graph.find_tensor(name)).shape;
}

TEST(Settle, DropsWhatNoOutputDependsOn) {
    graph::Case value = two_branches();
    value.graph.outputs = {value.graph.outputs[1]};
    const auto settled = settle(value);
    ASSERT_TRUE(settled);
    EXPECT_EQ(settled->graph.nodes.size(), 2U);
    EXPECT_FALSE(settled->graph.find_tensor("two"));
    const auto result = oracle::evaluate(*settled, contract::Contract()).of(settled->graph.outputs[0]).points();
    EXPECT_THAT(result, testing::ElementsAre(4, 5));  // |-3| + 1, |4| + 1
}

TEST(Settle, FewerChannelsCutEverythingThatIsTiedToThem) {
    graph::Case value = convolution_case();
    const auto weights = *value.graph.find_tensor("weights");
    set_leaf(value, weights, resized(value.data_of(weights), 0, 2));
    const auto settled = settle(value);
    ASSERT_TRUE(settled);
    EXPECT_EQ(shape_of(*settled, "bias"), (graph::Shape{2}));
    EXPECT_EQ(shape_of(*settled, "factor"), (graph::Shape{1, 2, 1}));
    EXPECT_EQ(shape_of(*settled, "full"), (graph::Shape{1, 2, 2}));
    // All products are 0: the bias times the factor of the channel.
    const auto result = oracle::evaluate(*settled, contract::Contract()).of(settled->graph.outputs[0]).points();
    EXPECT_THAT(result, testing::ElementsAre(1, 1, 20, 20));
}

TEST(Settle, ALongerInputRepeatsWhatIsTiedToIt) {
    graph::Case value = convolution_case();
    const auto data = *value.graph.find_tensor("data");
    set_leaf(value, data, resized(value.data_of(data), 2, 5));
    const auto settled = settle(value);
    ASSERT_TRUE(settled);
    EXPECT_EQ(shape_of(*settled, "full"), (graph::Shape{1, 4, 4}));
    EXPECT_EQ(shape_of(*settled, "factor"), (graph::Shape{1, 4, 1}));
}

TEST(Settle, RefusesWhatIsNoValidCase) {
    graph::Case value = convolution_case();
    const auto data = *value.graph.find_tensor("data");
    set_leaf(value, data, resized(value.data_of(data), 2, 1));  // the kernel does not fit any more
    EXPECT_FALSE(settle(value));
    value = two_branches();
    value.graph.outputs = {*value.graph.find_tensor("x")};
    EXPECT_FALSE(settle(value)) << "an input is no result";
}

}  // namespace
}  // namespace difftest::harness
