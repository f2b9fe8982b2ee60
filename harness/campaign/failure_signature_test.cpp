#include "harness/campaign/failure_signature.hpp"

#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using testing::Contains;

/// A depthwise convolution, a relu and a conversion.
graph::Case sample() {
    graph::CaseBuilder builder("sample");
    const auto data = builder.input("data", TensorData(DataType::u8, {2, 3, 4}));
    const auto weights = builder.constant("weights", TensorData(DataType::s8, {3, 1, 2}));
    const auto conv = builder.node("conv", graph::Convolution{{3}, {1}, {0}, {0}, 3}, {data, weights}, DataType::s32);
    const auto relu = builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0, 0}, {conv}, DataType::f32);
    const auto out = builder.node("out", graph::Convert{}, {relu}, DataType::s8);
    return builder.build({out});
}

RunEntry run(const std::string& plan, Verdict verdict, std::vector<backends::PartitionReport> partitions) {
    RunEntry entry;
    entry.backend = "onednn";
    entry.isa = "AVX2";
    entry.plan = plan;
    entry.judgement.verdict = verdict;
    entry.partitions = std::move(partitions);
    return entry;
}

TEST(Suspects, APartitionThatPassedElsewhereIsCleared) {
    const RunEntry failing = run("a", Verdict::violation, {{{"conv"}, "jit"}, {{"relu"}, "uni"}, {{"out"}, "simple"}});
    const RunEntry passing = run("b", Verdict::exact, {{{"conv"}, "jit"}, {{"relu", "out"}, "uni"}});
    const auto found = suspects(sample().graph, failing, {failing, passing});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].nodes, std::vector<std::string>{"relu"});
    RunEntry other_rung = passing;
    other_rung.isa = "SSE41";
    EXPECT_EQ(suspects(sample().graph, failing, {failing, other_rung}).size(), 3U) << "another rung clears nothing";
    const RunEntry all = run("c", Verdict::exact, failing.partitions);
    EXPECT_EQ(suspects(sample().graph, failing, {failing, all}).size(), 3U) << "somebody must be to blame";
}

TEST(Signature, IsThatOfTheSuspectedPartition) {
    const graph::Case value = sample();
    RunEntry failing = run("fused", Verdict::crash, {{{"conv", "relu"}, "jit"}, {{"out"}, "simple"}});
    failing.traits = {"repeated_eltwise_algorithm"};
    const FailureSignature signature = signature_of(value, failing, {failing.partitions[0]});
    EXPECT_EQ(signature.operation, "convolution");
    EXPECT_EQ(signature.grouping, "depthwise");
    EXPECT_EQ(signature.implementation, "jit");
    EXPECT_THAT(signature.attributes, Contains("convolution kernel<stride"));
    EXPECT_THAT(signature.attributes, Contains("convolution u8*s8->s32"));
    EXPECT_THAT(signature.attributes, Contains("eltwise relu"));
    EXPECT_THAT(signature.attributes, Contains("repeated_eltwise_algorithm"));
    EXPECT_THAT(signature.attributes, testing::Not(Contains("convert half_to_even")));
    RunEntry miscompiled = failing;
    miscompiled.traits = {"compiler_suspected"};
    const FailureSignature compiler = signature_of(value, miscompiled, {failing.partitions[0]});
    EXPECT_EQ(compiler.implementation, "compiler of jit");
    EXPECT_NE(compiler.identity(), signature.identity());
}

TEST(Suspects, AnErrorAccusesThePartitionOfTheNodeThatItNames) {
    RunEntry failing = run("split", Verdict::crash, {{{"conv"}, ""}, {{"relu", "out"}, ""}});
    failing.judgement.reason =
        "the library reported an error during create: eltwise + 1 post-op of 'relu': could not create a primitive";
    const auto blamed = suspects(sample().graph, failing, {failing});
    ASSERT_EQ(blamed.size(), 1U);
    EXPECT_EQ(signature_of(sample(), failing, blamed).operation, "eltwise");
    failing.judgement.reason += " (runtime_error)";
    const auto earlier = suspects(sample().graph, failing, {failing});
    ASSERT_EQ(earlier.size(), 2U) << "the library may have kept the error of the convolution";
    EXPECT_EQ(signature_of(sample(), failing, earlier).operation, "eltwise");
    failing.judgement.reason = "killed by SIGSEGV during create of 'something'";
    EXPECT_EQ(suspects(sample().graph, failing, {failing}).size(), 2U);
}

TEST(Suspects, WrongValuesAccuseWhoMadeTheFirstWrongTensor) {
    RunEntry failing = run("split", Verdict::violation, {{{"conv"}, "jit"}, {{"relu"}, "uni"}, {{"out"}, "simple"}});
    failing.first_wrong = "relu";
    failing.intermediates.resize(1);
    failing.intermediates[0].tensor = "conv";
    const auto blamed = suspects(sample().graph, failing, {failing});
    ASSERT_EQ(blamed.size(), 1U);
    EXPECT_EQ(blamed[0].nodes, std::vector<std::string>{"relu"});
    failing.judgement.verdict = Verdict::nondeterministic;
    const auto behind = suspects(sample().graph, failing, {failing});
    ASSERT_EQ(behind.size(), 2U) << "relu is wrong, but what differs may be made behind";
    EXPECT_EQ(behind[0].nodes, std::vector<std::string>{"relu"});
}

TEST(Suspects, WhatWasNotComparedOnTheWayIsNotCleared) {
    RunEntry failing = run("graph", Verdict::violation,
                           {{{"conv"}, "Convolution"}, {{"relu"}, "f32"}, {{"out"}, "f32"}, {{"out"}, "int8"}});
    failing.first_wrong = "out";
    EXPECT_EQ(suspects(sample().graph, failing, {failing}).size(), 4U) << "nobody saw what conv and relu gave";
    failing.judgement.verdict = Verdict::nondeterministic;
    EXPECT_EQ(suspects(sample().graph, failing, {failing}).size(), 4U) << "nor whether that is what differs";
    failing.judgement.verdict = Verdict::violation;
    failing.intermediates.resize(1);
    failing.intermediates[0].tensor = "relu";
    const auto blamed = suspects(sample().graph, failing, {failing});
    ASSERT_EQ(blamed.size(), 2U) << "both parts of the node";
    EXPECT_EQ(blamed[1].implementation, "int8");
}

}  // namespace
}  // namespace difftest::harness
