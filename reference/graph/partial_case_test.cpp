#include "reference/graph/partial_case.hpp"

#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::graph {
namespace {

using testing::ElementsAre;

/// a = |x|, b = a * 2, c = x * 3, d = b + c
Case diamond() {
    CaseBuilder builder("diamond");
    const auto x = builder.input("x", TensorData(DataType::f32, {2}, {1, -2}));
    const auto a = builder.node("a", Eltwise{EltwiseAlgorithm::abs}, {x}, DataType::f32);
    const Binary multiply{BinaryAlgorithm::multiply};
    const auto b = builder.node("b", multiply, {a, builder.scalar("two", 2)}, DataType::f32);
    const auto c = builder.node("c", multiply, {x, builder.scalar("three", 3)}, DataType::f32);
    return builder.build({builder.node("d", Binary{BinaryAlgorithm::add}, {b, c}, DataType::f32)});
}

std::vector<std::string> names(const Graph& graph) {
    std::vector<std::string> result;
    for (const Tensor& tensor : graph.tensors) {
        result.push_back(tensor.name);
    }
    return result;
}

TEST(PartialCase, KeepsOnlyWhatTheTensorIsMadeOf) {
    const Case whole = diamond();
    const PartialCase part = part_computing(whole, *whole.graph.find_tensor("b"), {});
    EXPECT_THAT(part.nodes, ElementsAre(0, 1));
    EXPECT_THAT(names(part.value.graph), ElementsAre("x", "a", "two", "b"));
    EXPECT_EQ(part.value.graph.tensor(part.value.graph.outputs.at(0)).name, "b");
    EXPECT_EQ(part.value.data[0], whole.data_of(*whole.graph.find_tensor("x")));
}

TEST(PartialCase, KnownTensorsBecomeConstants) {
    const Case whole = diamond();
    const TensorData seen(DataType::f32, {2}, {7, 8});
    const PartialCase part =
        part_computing(whole, *whole.graph.find_tensor("d"), {{*whole.graph.find_tensor("b"), seen}});
    EXPECT_THAT(part.nodes, ElementsAre(2, 3));
    EXPECT_THAT(names(part.value.graph), ElementsAre("x", "three", "c", "b", "d"));
    const Tensor& b = part.value.graph.tensors[3];
    EXPECT_EQ(b.role, TensorRole::constant);
    EXPECT_EQ(b.producer, -1);
    EXPECT_EQ(part.value.data[3], seen);
    EXPECT_EQ(part.value.graph.tensors[2].producer, 0);
}

TEST(PartialCase, TheWholeIsAPartOfItself) {
    const Case whole = diamond();
    const PartialCase part = part_computing(whole, whole.graph.outputs.at(0), {});
    EXPECT_EQ(part.nodes.size(), whole.graph.nodes.size());
    EXPECT_EQ(part.value.graph.tensors.size(), whole.graph.tensors.size());
}

}  // namespace
}  // namespace difftest::graph
