#include "harness/campaign/issue_condition.hpp"

#include "reference/graph/case_builder.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace difftest::harness {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

/// Deconvolution 2x4x5x6 with 2 groups, 6 channels out, kernel 3x1, strides 1x2; times a factor per channel.
graph::Case sample() {
    CaseBuilder builder("sample");
    const auto data = builder.input("data", TensorData(DataType::u8, {2, 4, 5, 6}));
    const auto weights = builder.constant("weights", TensorData(DataType::s8, {6, 2, 3, 1}));
    const auto zero_point = builder.constant("zp", TensorData(DataType::s32, {}));
    const auto window = builder.node("window", graph::Deconvolution{{1, 2}, {1, 1}, {1, 0}, {0, 0}, {0, 1}, 2},
                                     {data, weights, graph::kAbsent, zero_point}, DataType::s32);
    const auto factor = builder.per_channel("factor", {1, 2, 3, 4, 5, 6}, 4);
    const auto one = builder.scalar("one", 1);
    const auto scaled =
        builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply}, {window, factor}, DataType::f32);
    return builder.build(
        {builder.node("sum", graph::Binary{graph::BinaryAlgorithm::add}, {scaled, one}, DataType::f32)});
}

bool holds(const std::vector<std::string>& texts, const std::vector<std::string>& partition = {"window"}) {
    const graph::Case value = sample();
    std::vector<IssueCondition> conditions(texts.begin(), texts.end());
    return all_hold(conditions, facts_of(value.graph, value.graph.nodes[0], partition));
}

TEST(IssueCondition, FactsAboutANode) {
    EXPECT_TRUE(holds({"groups == 2", "in_per_group == 2", "out_per_group == 3", "batch == 2", "in_channels == 4"}));
    EXPECT_TRUE(holds({"spatial_dims == 2", "data_zero_point == 1", "bias == 0", "depthwise == 0"}));
    // (5 - 1) * 1 + 3 - 1 = 6 rows, (6 - 1) * 2 + 1 + 1 = 12 columns
    EXPECT_TRUE(holds({"result_size == 6", "kernel == 3", "padding == 1"}));
    EXPECT_TRUE(holds({"result_size == 12", "kernel == 1"}));
    EXPECT_TRUE(holds({"spatial_elements == 72", "data_spatial_elements == 30", "same_operands == 0"}));
    EXPECT_TRUE(holds({"last_extent == 12", "comparisons == 0", "spatial_operands == 0"}));
    EXPECT_TRUE(holds({"varying_operands == 0"})) << "zero points are none";
    EXPECT_TRUE(holds({"varying_operands == 1", "operands == 2"}, {"window", "scaled", "sum"})) << "and the factors";
}

/// It has no weights to look at.
TEST(IssueCondition, FactsAboutANodeWithOneInput) {
    CaseBuilder builder("relu");
    const auto x = builder.input("x", TensorData(DataType::f32, {2, 3, 4}));
    const graph::Case value =
        builder.build({builder.node("y", graph::Eltwise{graph::EltwiseAlgorithm::relu}, {x}, DataType::f32)});
    const std::vector<IssueCondition> conditions{IssueCondition("operands == 0"), IssueCondition("batch == 2")};
    EXPECT_TRUE(all_hold(conditions, facts_of(value.graph, value.graph.nodes[0], {})));
}

TEST(IssueCondition, AnInfinityThatTheOracleAllowsInTheFirstInput) {
    const graph::Case value = sample();
    const graph::Node& sum = value.graph.nodes.back();
    const std::vector<IssueCondition> conditions{IssueCondition("infinite_input == 1")};
    EXPECT_TRUE(all_hold(conditions, facts_of(value.graph, sum, {}, std::vector<std::string>{"scaled"})));
    EXPECT_FALSE(all_hold(conditions, facts_of(value.graph, sum, {}, std::vector<std::string>{"sum", "window"})));
    EXPECT_FALSE(all_hold(conditions, facts_of(value.graph, sum, {})));
}

TEST(IssueCondition, ConditionsAboutAxesHoldOnOneAxis) {
    EXPECT_TRUE(holds({"kernel < stride"}));
    EXPECT_TRUE(holds({"kernel < stride", "axis_from_end == 1", "groups > 1"}));
    EXPECT_FALSE(holds({"kernel < stride", "pad_begin > 0"})) << "true on different axes only";
    EXPECT_FALSE(holds({"kernel > 3"}));
}

TEST(IssueCondition, Remainders) {
    EXPECT_TRUE(holds({"out_channels % 4 == 2"}));
    EXPECT_FALSE(holds({"out_channels % 4 != 2"}));
    // 6 columns, a stride of 2; 5 rows, a kernel of 3
    EXPECT_TRUE(holds({"size % stride == 0", "stride > 1"}));
    EXPECT_FALSE(holds({"size % kernel == 0", "kernel > 1"}));
}

TEST(IssueCondition, FollowersAreThoseOfThePartition) {
    EXPECT_TRUE(holds({"followers == 0", "operands == 0"}));
    EXPECT_TRUE(holds({"followers == 1", "channel_operands == 1"}, {"window", "scaled"}));
    EXPECT_TRUE(holds({"followers == 2", "operands == 2", "channel_operands == 1", "spatial_operands == 0"},
                      {"window", "scaled", "sum"}));
}

/// A row of values, one for each place; a value for each channel; both at once; one value.
TEST(IssueCondition, OperandsThatVaryOverPlaces) {
    const std::vector<std::pair<graph::Shape, std::int64_t>> operands{{{6}, 1}, {{1, 3, 1}, 0}, {{1, 3, 6}, 1},
                                                                      {{1}, 0}, {{2, 1, 1}, 0}, {{2, 3, 6}, 1}};
    for (const auto& [shape, places] : operands) {
        CaseBuilder builder("places");
        const auto data = builder.input("data", TensorData(DataType::f32, {2, 3, 6}));
        const auto other = builder.constant("other", TensorData(DataType::f32, shape));
        const graph::Case value = builder.build(
            {builder.node("sum", graph::Binary{graph::BinaryAlgorithm::add}, {data, other}, DataType::f32)});
        const NodeFacts facts = facts_of(value.graph, value.graph.nodes[0], {});
        EXPECT_EQ(facts.at("spatial_operands").front(), places);
        EXPECT_EQ(facts.at("batch_operands").front(), shape[0] == 2 ? 1 : 0);
    }
}

/// An operand is what the chain does not hand on, at whichever slot it stands.
TEST(IssueCondition, TheChainMayEnterAtTheSecondSlot) {
    CaseBuilder builder("second");
    const auto data = builder.input("data", TensorData(DataType::u8, {2, 2, 1}));
    const auto factor = builder.scalar("factor", 2);
    const auto other = builder.constant("other", TensorData(DataType::f32, {2, 1}));
    const auto product =
        builder.node("product", graph::Binary{graph::BinaryAlgorithm::multiply}, {data, factor}, DataType::f32);
    const graph::Case value = builder.build(
        {builder.node("sum", graph::Binary{graph::BinaryAlgorithm::add}, {other, product}, DataType::f32)});
    const NodeFacts facts = facts_of(value.graph, value.graph.nodes[0], std::vector<std::string>{"product", "sum"});
    EXPECT_EQ(facts.at("operands").front(), 2);
    EXPECT_EQ(facts.at("channel_operands").front(), 1);  // other, one value for each channel
    const NodeFacts alone = facts_of(value.graph, value.graph.nodes[1], std::vector<std::string>{"sum"});
    EXPECT_EQ(alone.at("channel_operands").front(), 1);
    EXPECT_EQ(alone.at("in_channels").front(), 2) << "of what is not broadcast";
    EXPECT_EQ(alone.at("batch").front(), 2);
}

TEST(IssueCondition, RefusesWhatItDoesNotUnderstand) {
    for (const char* text : {"", "kernel", "kernel < ", "kernel <> 2", "kernal < 2", "kernel % 0 == 1",
                             "kernel % x == 1", "kernel < 2 3", "kernel =! 2"}) {
        EXPECT_THROW(IssueCondition{text}, std::invalid_argument) << text;
    }
}

}  // namespace
}  // namespace difftest::harness
