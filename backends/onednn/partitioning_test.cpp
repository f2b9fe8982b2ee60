#include "backends/onednn/partitioning.hpp"

#include "backends/onednn/affine_steps.hpp"
#include "backends/onednn/chain_test.hpp"

#include <gmock/gmock.h>

namespace difftest::backends::onednn {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using testing::ElementsAre;
using PartitioningTest = ChainTest;

std::vector<std::vector<graph::NodeId>> nodes_of(const graph::Case& value, Fusion fusion) {
    const auto result = partition(value, fusion);
    std::vector<std::vector<graph::NodeId>> nodes;
    for (const PlannedPartition& planned : std::get<Partitioning>(result)) {
        nodes.push_back(planned.nodes);
    }
    return nodes;
}

const PlannedPartition& first_of(const std::variant<Partitioning, CannotLower>& result) {
    return std::get<Partitioning>(result).front();
}

EltwiseStep linear(float alpha, float beta) {
    return {EltwiseAlgorithm::linear, alpha, beta};
}

EltwiseStep clip(float low, float high) {
    return {EltwiseAlgorithm::clip, low, high};
}

const EltwiseStep kRound{EltwiseAlgorithm::round, 0, 0};

TEST_F(PartitioningTest, ChainEndsWhereAValueHasTwoReaders) {
    const auto shared = eltwise(EltwiseAlgorithm::abs, accumulators({1}));  // nodes 0 and 1
    const auto left = eltwise(EltwiseAlgorithm::square, shared);            // 2
    const auto right = eltwise(EltwiseAlgorithm::sqrt, shared);             // 3
    const graph::Case& value = build_.finish({binary(BinaryAlgorithm::add, left, right)});
    EXPECT_THAT(nodes_of(value, Fusion::fused), ElementsAre(ElementsAre(0, 1), ElementsAre(3), ElementsAre(2, 4)));
}

TEST_F(PartitioningTest, ChainEndsAtOutputsAndHalfTypes) {
    const auto first = eltwise(EltwiseAlgorithm::abs, accumulators({1}));
    const auto half = convert(eltwise(EltwiseAlgorithm::square, first), DataType::f16);
    const graph::Case& value = build_.finish({first, eltwise(EltwiseAlgorithm::relu, half)});
    EXPECT_THAT(nodes_of(value, Fusion::fused), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST_F(PartitioningTest, ChainEndsWhereTheShapeGrows) {
    const auto accumulator = accumulators({1});
    const auto wide = build_.constant(DataType::f32, {1, 1, 1, 2}, {1, 2});
    shape_ = {1, 1, 1, 2};
    const graph::Case& value = build_.finish({binary(BinaryAlgorithm::add, accumulator, wide)});
    EXPECT_THAT(nodes_of(value, Fusion::fused), ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST_F(PartitioningTest, ChainEndsAtTheLibrarysLimit) {
    graph::TensorId flowing = accumulators({1});
    for (int index = 0; index < 40; ++index) {
        flowing = eltwise(EltwiseAlgorithm::abs, flowing);
    }
    // 32 post-ops after node 0
    EXPECT_EQ(nodes_of(build_.finish({flowing}), Fusion::fused).front().size(), 33U);
}

TEST_F(PartitioningTest, OperandsComeBeforeTheChainThatReadsThem) {
    const auto first = accumulators({1});                            // 0
    const auto second = accumulators({1});                           // 1
    const auto doubled = eltwise(EltwiseAlgorithm::square, second);  // 2
    const auto sum = binary(BinaryAlgorithm::add, first, doubled);   // 3
    const graph::Case& value = build_.finish({sum});
    EXPECT_THAT(nodes_of(value, Fusion::fused), ElementsAre(ElementsAre(1, 2), ElementsAre(0, 3)));
}

TEST_F(PartitioningTest, FakeQuantizeAtTheEndLeavesRoundingAndSaturationToTheStore) {
    // is = 255/510 = 0.5, ish = 0; the output range is that of the type.
    const auto out = build_.fake_quantize(accumulators({1}), 256, {0, 510, 0, 255}, DataType::u8);
    EXPECT_THAT(first_of(partition(build_.finish({out}), Fusion::fused)).steps,
                ElementsAre(Step{linear(0.5F, 0)}, Step{kRound}));
}

TEST_F(PartitioningTest, FakeQuantizeInMidChainRoundsAndClips) {
    const auto levels = build_.fake_quantize(accumulators({1}), 256, {0, 510, 0, 255}, DataType::u8);
    const auto out = eltwise(EltwiseAlgorithm::linear, levels, 2, 1);
    EXPECT_THAT(first_of(partition(build_.finish({out}), Fusion::fused)).steps,
                ElementsAre(Step{linear(0.5F, 0)}, Step{kRound}, Step{clip(0, 255)}, Step{linear(2, 1)}));
}

TEST_F(PartitioningTest, FakeQuantizeToANarrowerRangeClipsAtTheEndToo) {
    const auto out = build_.fake_quantize(accumulators({1}), 101, {0, 100, 0, 100}, DataType::u8);
    EXPECT_THAT(first_of(partition(build_.finish({out}), Fusion::fused)).steps,
                ElementsAre(Step{kRound}, Step{clip(0, 100)}));
}

TEST_F(PartitioningTest, MoreThreadsThanOneAreATrait) {
    graph::Case value = build_.finish({accumulators({1})});
    value.execution.plans = {"fused", "fused+threads1", "fused+threads3"};
    EXPECT_THAT(offered_plan(*backend_, value, "fused+threads3").traits, ElementsAre(kSeveralThreads));
    EXPECT_TRUE(offered_plan(*backend_, value, "fused+threads1").traits.empty());
    EXPECT_TRUE(offered_plan(*backend_, value, "fused").traits.empty());
}

TEST_F(PartitioningTest, RepeatedAlgorithmsAreATrait) {
    const auto levels = build_.fake_quantize(accumulators({100, 200}), 256, {0, 510, 0, 255}, DataType::u8);
    const auto out = eltwise(EltwiseAlgorithm::linear, levels, 2, 1);
    const graph::Case& value = build_.finish({out});
    EXPECT_THAT(offered_plan(*backend_, value, "fused").traits, ElementsAre("repeated_eltwise_algorithm"));
    EXPECT_TRUE(offered_plan(*backend_, value, "fused_distinct_eltwise").traits.empty());
    EXPECT_TRUE(offered_plan(*backend_, value, "split").traits.empty());
    EXPECT_THAT(first_of(partition(value, Fusion::fused_distinct_eltwise)).steps,
                ElementsAre(Step{linear(0.5F, 0)}, Step{kRound}, Step{clip(0, 255)},
                            Step{BinaryStep{BinaryAlgorithm::multiply, f32_scalar(2)}},
                            Step{BinaryStep{BinaryAlgorithm::add, f32_scalar(1)}}));
    // 200/2 = 100, 400/2 = 200; times 2 plus 1
    expect_everywhere(out, {201, 401});
}

TEST_F(PartitioningTest, TheSameParametersTwiceAreHarmless) {
    EXPECT_FALSE(repeats_eltwise_algorithm(Steps{kRound, clip(0, 1), kRound, clip(0, 1)}));
    EXPECT_TRUE(repeats_eltwise_algorithm(Steps{clip(0, 1), kRound, clip(0, 2)}));
}

TEST_F(PartitioningTest, RepetitionWithoutABinaryFormEndsTheChain) {
    const auto first = eltwise(EltwiseAlgorithm::relu, accumulators({1}), 0.5F);
    const graph::Case& value = build_.finish({eltwise(EltwiseAlgorithm::relu, first, 0.25F)});
    EXPECT_THAT(nodes_of(value, Fusion::fused), ElementsAre(ElementsAre(0, 1, 2)));
    EXPECT_THAT(nodes_of(value, Fusion::fused_distinct_eltwise), ElementsAre(ElementsAre(0, 1), ElementsAre(2)));
}

TEST_F(PartitioningTest, PlansAreOfferedOnce) {
    const graph::Case& value = build_.finish({accumulators({1})});
    EXPECT_TRUE(offers_plan(*backend_, value, "fused"));
    EXPECT_FALSE(offers_plan(*backend_, value, "split"));
}

TEST_F(PartitioningTest, KindsNameThePrimitives) {
    const auto levels = build_.fake_quantize(accumulators({1}), 101, {0, 200, 0, 100}, DataType::u8);
    const graph::Case& value = build_.finish({convert(levels, DataType::f32)});
    EXPECT_EQ(offered_plan(*backend_, value, "fused").partitions.front().kind, "deconvolution + 3 post-ops");
    const Plan split = offered_plan(*backend_, value, "split");
    EXPECT_EQ(split.partitions[1].kind, "eltwise, eltwise, eltwise");
    EXPECT_EQ(split.partitions[2].kind, "reorder");
    EXPECT_THAT(split.partitions[2].nodes, ElementsAre("n2"));
}

}  // namespace
}  // namespace difftest::backends::onednn
