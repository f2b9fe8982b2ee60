// Evaluation where a backend has written intermediates to memory (semantics, section 3.5).
#include "reference/oracle/testing/single_op.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;
using testing::Chain;
using testing::granting;

graph::TensorId output_of(const graph::Case& value, std::string_view node) {
    return value.graph.node(value.graph.find_node(node).value()).output;
}

std::string set_of(const graph::Case& value, const Evaluation& evaluation, std::string_view node,
                   std::int64_t index = 0) {
    return evaluation.of(output_of(value, node)).at(index).to_string();
}

/// x / 1 rounded to u8, then times 10.
graph::Case quantize_and_scale(const std::vector<double>& x) {
    Chain chain(DataType::f32, x);
    const graph::TensorId one = chain.scalar(1);
    const graph::TensorId zero = chain.integer(0);
    const graph::TensorId ten = chain.scalar(10);
    return chain.then(graph::Quantize{}, {one, zero}, DataType::u8).then(graph::Dequantize{}, {ten}).build();
}

TEST(Resynchronisation, WhatFollowsIsJudgedByWhatWasThere) {
    // RNE(2.5) = 2 and RNE(7) = 7. The backend has rounded 2.5 up: 3 is outside, and 30 is right for what follows.
    const graph::Case value = quantize_and_scale({2.5, 7});
    const graph::TensorId quantized = output_of(value, "node0");
    const Evaluation seen =
        evaluate_resynchronised(value, contract::Contract(), {{quantized, TensorData(DataType::u8, {2}, {3, 7})}});
    EXPECT_EQ(set_of(value, seen, "node0"), "{2}");
    EXPECT_EQ(set_of(value, seen, "node1"), "{30}");
    EXPECT_EQ(set_of(value, seen, "node1", 1), "{70}");
    EXPECT_EQ(set_of(value, evaluate(value, contract::Contract()), "node1"), "{20}");
}

TEST(Resynchronisation, AnAmbiguousValueIsOneValueForItsReaders) {
    // F11: 2.5 may become 2 or 3. Unobserved, both go on.
    const graph::Case value = quantize_and_scale({2.5, 7});
    const contract::Contract both = granting({Freedom::rounding_and_zero_point_site});
    EXPECT_EQ(set_of(value, evaluate(value, both), "node1"), "{20, 30}");
    for (const auto& [got, expected] : {std::pair(2.0, "{20}"), std::pair(3.0, "{30}")}) {
        const Evaluation seen = evaluate_resynchronised(
            value, both, {{output_of(value, "node0"), TensorData(DataType::u8, {2}, {got, 7})}});
        EXPECT_EQ(set_of(value, seen, "node0"), "{2, 3}");
        EXPECT_EQ(set_of(value, seen, "node1"), expected);
    }
}

TEST(Resynchronisation, NothingIsContractedAcrossMemory) {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, a tie that rounds to 1 + 2^-11. Less 1 + 2^-11: 0, and 2^-24 when fused.
    Chain chain(DataType::f32, {1 + 0x1p-12});
    const graph::TensorId factor = chain.scalar(1 + 0x1p-12F);
    const graph::TensorId addend = chain.scalar(-(1 + 0x1p-11F));
    const graph::Case value = chain.then(graph::Binary{graph::BinaryAlgorithm::multiply}, {factor})
                                  .then(graph::Binary{graph::BinaryAlgorithm::add}, {addend})
                                  .build();
    const contract::Contract fused = granting({Freedom::fused_multiply_add});
    const AllowedTensor open = evaluate(value, fused).of(output_of(value, "node1"));
    EXPECT_TRUE(open.contains(0, 0));
    EXPECT_TRUE(open.contains(0, 0x1p-24));
    const Evaluation seen = evaluate_resynchronised(
        value, fused, {{output_of(value, "node0"), TensorData(DataType::f32, {1}, {1 + 0x1p-11})}});
    EXPECT_TRUE(seen.of(output_of(value, "node1")).is_point(0));
    EXPECT_EQ(seen.of(output_of(value, "node1")).point(0), 0);
}

TEST(Resynchronisation, ANaNThatWasThereDecidesNothing) {
    const graph::Case value = Chain(DataType::f32, {4})
                                  .then(graph::Eltwise{graph::EltwiseAlgorithm::sqrt})
                                  .then(graph::Convert{}, {}, DataType::u8)
                                  .build();
    const Evaluation seen = evaluate_resynchronised(
        value, contract::Contract(),
        {{output_of(value, "node0"), TensorData(DataType::f32, {1}, {std::numeric_limits<double>::quiet_NaN()})}});
    EXPECT_EQ(set_of(value, seen, "node0"), "{2}");
    EXPECT_EQ(set_of(value, seen, "node1"), "anything");
}

/// 16777217 = 522 products, plus a bias of -16777216 (E17), as an accumulator that is scaled by 100.
graph::Case large_accumulator() {
    CaseBuilder builder("bias");
    std::vector<double> a(520, 254);
    std::vector<double> b(520, 127);
    // 520 * 254 * 127 = 16 774 160; 16 777 217 - 16 774 160 = 3057 = 254 * 12 + 9
    a.insert(a.end(), {254, 9});
    b.insert(b.end(), {12, 1});
    const auto acc = builder.node("acc", graph::Matmul{},
                                  {builder.input("a", TensorData(DataType::u8, {1, 522}, a)),
                                   builder.input("b", TensorData(DataType::s8, {522, 1}, b)),
                                   builder.constant("bias", TensorData(DataType::s32, {1}, {-16777216}))},
                                  DataType::s32);
    return builder.build({builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply},
                                       {acc, builder.scalar("s", 100)}, DataType::f32)});
}

TEST(Resynchronisation, AStoredAccumulatorMayHaveGoneThroughFloat) {
    // 16777217 - 16777216 is 1; in f32 rn(16777217) - 16777216 is 0. A reader in f32 may see both; once one of them
    // has been stored, readers see that one.
    const graph::Case value = large_accumulator();
    const contract::Contract in_float = granting({Freedom::bias_stage, Freedom::rounded_s32_output});
    EXPECT_EQ(set_of(value, evaluate(value, in_float), "scaled"), "{0, 100}");
    for (const auto& [got, expected] : {std::pair(0.0, "{0}"), std::pair(1.0, "{100}")}) {
        const Evaluation seen = evaluate_resynchronised(
            value, in_float, {{output_of(value, "acc"), TensorData(DataType::s32, {1, 1}, {got})}});
        EXPECT_EQ(set_of(value, seen, "acc"), "{0, 1}");
        EXPECT_EQ(set_of(value, seen, "scaled"), expected);
    }
    // Without F14 an s32 is stored exactly.
    const Evaluation exact = evaluate_resynchronised(
        value, granting({Freedom::bias_stage}), {{output_of(value, "acc"), TensorData(DataType::s32, {1, 1}, {1})}});
    EXPECT_EQ(set_of(value, exact, "acc"), "{1}");
}

}  // namespace
}  // namespace difftest::oracle
