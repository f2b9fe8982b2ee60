#include "harness/reduce/cone.hpp"

#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/oracle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace difftest::harness {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

/// x -> abs -> * two -> out1, and abs + one -> out2.
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

TEST(Cone, KeepsWhatTheOutputDependsOnAndItsValues) {
    const graph::Case value = two_branches();
    const graph::Case cone = cone_of(value, value.graph.outputs[1]);
    EXPECT_FALSE(graph::validate_case(cone));
    EXPECT_EQ(cone.graph.nodes.size(), 2U);
    EXPECT_FALSE(cone.graph.find_tensor("two"));
    ASSERT_EQ(cone.graph.outputs.size(), 1U);
    const auto result = oracle::evaluate(cone, contract::Contract()).of(cone.graph.outputs[0]).points();
    EXPECT_THAT(result, testing::ElementsAre(4, 5));  // |-3| + 1, |4| + 1
}

TEST(Cone, CutsAChainShort) {
    const graph::Case value = two_branches();
    const graph::Case cone = cone_of(value, *value.graph.find_tensor("abs"));
    EXPECT_FALSE(graph::validate_case(cone));
    EXPECT_EQ(cone.graph.nodes.size(), 1U);
    EXPECT_EQ(cone.graph.tensors.size(), 2U);
}

TEST(Cone, RefusesWhatNoNodeProduces) {
    const graph::Case value = two_branches();
    EXPECT_THROW(cone_of(value, *value.graph.find_tensor("x")), std::invalid_argument);
}

}  // namespace
}  // namespace difftest::harness
