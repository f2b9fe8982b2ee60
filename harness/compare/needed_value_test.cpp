#include "harness/compare/needed_value.hpp"

#include "reference/graph/case_builder.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace difftest::harness {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

/// x -> quantize to [0, 255] -> * 1/9 -> u8.
graph::Case founding_chain(double x) {
    CaseBuilder builder("chain");
    const auto input = builder.input("x", TensorData(DataType::f32, {1}, {x}));
    const auto quant = builder.node(
        "quant", graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
        {input, builder.scalar("il", 0), builder.scalar("ih", 255), builder.scalar("ol", 0), builder.scalar("oh", 255)},
        DataType::u8);
    const auto scaled = builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply},
                                     {quant, builder.scalar("s", 1.0F / 9.0F)}, DataType::f32);
    return builder.build({builder.node("out", graph::Convert{}, {scaled}, DataType::u8)});
}

TEST(NeededValue, TellsThatTheClampIsMissing) {
    const graph::Case value = founding_chain(2300);
    const oracle::Evaluation sets = oracle::evaluate(value, contract::Contract());
    const Trace trace = trace_element(value, sets, value.graph.outputs[0], 0, {});
    const auto needed = needed_values(value, trace, 255);
    ASSERT_EQ(needed.size(), 3U);
    // 255 needs at least 254.5 (the tie goes to 254) before the store, that is a level above 2290.5 of a u8.
    ASSERT_TRUE(needed[1]);
    EXPECT_EQ(needed[1]->lo, std::nextafterf(254.5F, 1000.0F));
    EXPECT_TRUE(std::isinf(needed[1]->hi));
    ASSERT_TRUE(needed[0]);
    EXPECT_NEAR(needed[0]->lo, 2290.5, 0.001);
    EXPECT_GT(needed[0]->lo, 255);
    EXPECT_EQ(needed[2]->lo, 255);
}

TEST(NeededValue, IsTheRightValueWhenTheResultIsRight) {
    const graph::Case value = founding_chain(100);
    const oracle::Evaluation sets = oracle::evaluate(value, contract::Contract());
    const Trace trace = trace_element(value, sets, value.graph.outputs[0], 0, {});
    const auto needed = needed_values(value, trace, 11);  // 100 / 9 = 11.1
    ASSERT_TRUE(needed[0]);
    EXPECT_LE(needed[0]->lo, 100);
    EXPECT_GE(needed[0]->hi, 100);
}

TEST(NeededValue, IsNothingWhenNoValueLeadsThere) {
    const graph::Case value = founding_chain(100);
    const oracle::Evaluation sets = oracle::evaluate(value, contract::Contract());
    const Trace trace = trace_element(value, sets, value.graph.outputs[0], 0, {});
    EXPECT_FALSE(needed_values(value, trace, 300)[0]);
}

}  // namespace
}  // namespace difftest::harness
