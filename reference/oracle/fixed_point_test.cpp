// requantize_fixed_point and shift_round as operations of a graph: parameters per channel, clamps, what is outside the
// contract. The arithmetic itself is proved in reference/quantize.
#include "reference/oracle/testing/exact.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::DataType;
using graph::FixedPointRounding;
using graph::RequantizeFixedPoint;
using graph::TensorData;
using testing::Chain;
using ::testing::ElementsAre;
using testing::Rational;

TEST(FixedPointOperation, UsesTheParametersOfTheChannel) {
    graph::CaseBuilder builder("channels");
    const auto x = builder.input("x", TensorData(DataType::s32, {1, 2, 2}, {1000, -1000, 1000, -6}));
    const auto multiplier = builder.constant("m", TensorData(DataType::s32, {2, 1}, {0x40000000, 0x60000000}));
    const auto shift = builder.constant("e", TensorData(DataType::s32, {2, 1}, {-1, -3}));
    const auto zero_point = builder.constant("z", TensorData(DataType::s32, {}, {-3}));
    const auto y = builder.node("y", RequantizeFixedPoint{FixedPointRounding::single_up, -100, 120},
                                {x, multiplier, shift, zero_point}, DataType::s8);
    const graph::Case value = builder.build({y});
    // 1000/4 = 250 and -250, minus 3, in [-100, 120]; 1000 * 0.75 / 8 = 93.75 and -6 * 0.75 / 8 = -0.5625, minus 3.
    const Evaluation evaluation = evaluate(value, {});
    EXPECT_THAT(evaluation.of(value.graph.outputs[0]).points(), ElementsAre(120, -100, 91, -4));

    Rules rules;
    rules.break_rule(Deviation::channel_zero_only, 0);
    // 1000/4 and -6/4 = -1.5, ties up to -1.
    EXPECT_THAT(evaluate(value, {}, rules).of(value.graph.outputs[0]).points(), ElementsAre(120, -100, 120, -4));
}

TEST(FixedPointOperation, HasNoFreedomUnderAnyContract) {
    std::mt19937 engine(3);
    std::vector<double> acc(500);
    for (double& value : acc) {
        value = static_cast<std::int32_t>(engine()) / 64;
    }
    for (const contract::LevelInfo& level : contract::all_levels()) {
        Chain chain(DataType::s32, acc);
        chain.then(RequantizeFixedPoint{FixedPointRounding::single_away, -128, 127},
                   {chain.integer(1518500250), chain.integer(-18), chain.integer(5)}, DataType::s8);
        const AllowedTensor sets = chain.sets(level.contract);
        ASSERT_TRUE(sets.all_points());
        for (std::size_t i = 0; i < acc.size(); ++i) {
            const mpz_class k = testing::nearest_away(Rational(acc[i]) * 1518500250 * testing::power_of_two(-49)) + 5;
            ASSERT_EQ(sets.points()[i], std::min(std::max(k.get_d(), -128.0), 127.0)) << acc[i];
        }
    }
}

TEST(FixedPointOperation, ReadsTheExactAccumulator) {
    // E17: 16777217 - 16777216 = 1 also where a reader in f32 may see 0.
    graph::CaseBuilder builder("accumulator");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 2, 1}, {255, 1}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 2, 1}, {127, 0}));
    const auto b = builder.constant("b", TensorData(DataType::s32, {1}, {16777217 - 255 * 127}));
    const auto acc = builder.node("acc", graph::Convolution{{1}, {1}, {0}, {0}, 1}, {x, w, b}, DataType::s32);
    const auto one = builder.constant("one", TensorData(DataType::s32, {}, {0x40000000}));
    const auto shift = builder.constant("shift", TensorData(DataType::s32, {}, {1}));
    const auto y = builder.node("y", RequantizeFixedPoint{FixedPointRounding::double_rounding, -2147483647, 2147483647},
                                {acc, one, shift}, DataType::s32);
    const graph::Case value = builder.build({y});
    EXPECT_EQ(evaluate(value, *contract::level("onednn2")).of(value.graph.outputs[0]).at(0).to_string(), "{16777217}");
}

TEST(FixedPointOperation, OverflowIsOutsideTheContractAndCounted) {
    graph::CaseBuilder builder("overflow");
    const auto x = builder.input("x", TensorData(DataType::s32, {3}, {1073741824, 1073741823, 2147483647}));
    const auto m = builder.constant("m", TensorData(DataType::s32, {}, {0x7fffffff}));
    const auto e = builder.constant("e", TensorData(DataType::s32, {}, {1}));
    const auto y = builder.node("y", RequantizeFixedPoint{}, {x, m, e}, DataType::s8);
    const graph::Case value = builder.build({y});
    const Evaluation evaluation = evaluate(value, {});
    EXPECT_TRUE(evaluation.of(value.graph.outputs[0]).at(0).unconstrained);
    EXPECT_EQ(evaluation.of(value.graph.outputs[0]).at(1).to_string(), "{127}");
    EXPECT_EQ(evaluation.metrics.unconstrained, 2);
    EXPECT_THAT(evaluation.metrics.notes, ElementsAre("node y: the fixed-point arithmetic overflows s32"));
}

TEST(ShiftRoundOperation, IsTheRoundForShiftOfTheQuantizePass) {
    // Semantics, section 1.8: (r + 64) >> 7; 191 / 128 = 1.49, 192 / 128 = 1.5, -192 / 128 = -1.5.
    Chain chain(DataType::s32, {191, 192, -192, -193, 2147483647});
    chain.then(graph::ShiftRound{7}, {}, DataType::s32);
    const AllowedTensor sets = chain.sets();
    EXPECT_EQ(sets.point(0), 1);
    EXPECT_EQ(sets.point(1), 2);
    EXPECT_EQ(sets.point(2), -1);
    EXPECT_EQ(sets.point(3), -2);
    EXPECT_TRUE(sets.at(4).unconstrained);
}

TEST(ShiftRoundOperation, TheCastOfTheQuantizePassWraps) {
    // E20 without the relu: -1000 -> -8, whose cast to u8 is 248; saturating it would be 0.
    Chain chain(DataType::s32, {-1000});
    chain.then(graph::ShiftRound{7}, {}, DataType::s32);
    chain.then(graph::Convert{graph::Rounding::half_to_even, graph::Overflow::wrap}, {}, DataType::u8);
    EXPECT_EQ(chain.text(), "{248}");
}

}  // namespace
}  // namespace difftest::oracle
