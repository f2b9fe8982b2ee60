#include "backends/opencl/partitioning.hpp"

#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends::opencl {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorId;
using testing::ElementsAre;

/// Pooling and pointwise nodes by name; shapes do not matter here.
struct Chain {
    CaseBuilder builder{"partitioning"};
    TensorId input = builder.input("input", graph::TensorData(DataType::f32, {1, 2, 3, 3}));

    TensorId pool(const std::string& name, TensorId data) {
        return builder.node(name,
                            graph::Pooling{graph::PoolingAlgorithm::maximum, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}},
                            {data}, DataType::f32);
    }
    TensorId relu(const std::string& name, TensorId data) {
        return function(name, graph::EltwiseAlgorithm::relu, data);
    }
    TensorId function(const std::string& name, graph::EltwiseAlgorithm algorithm, TensorId data) {
        return builder.node(name, graph::Eltwise{algorithm, 0, 0}, {data}, DataType::f32);
    }
    TensorId add(const std::string& name, TensorId a, TensorId b) {
        return builder.node(name, graph::Binary{graph::BinaryAlgorithm::add}, {a, b}, DataType::f32);
    }
    std::vector<std::vector<std::string>> parts(const std::vector<TensorId>& outputs,
                                                const std::string& plan = "fused") {
        const graph::Case value = builder.build(outputs);
        std::vector<std::vector<std::string>> names;
        for (const PlannedPartition& each : partition(value.graph, *plan_specification_from(plan))) {
            names.push_back(names_of(value.graph, each));
        }
        return names;
    }
};

TEST(Partitioning, AChainIsOneKernelAndSplitIsOneForEachNode) {
    Chain chain;
    const TensorId out = chain.relu("c", chain.relu("b", chain.pool("a", chain.input)));
    EXPECT_THAT(chain.parts({out}), ElementsAre(ElementsAre("a", "b", "c")));
    EXPECT_THAT(chain.parts({out}, "split"), ElementsAre(ElementsAre("a"), ElementsAre("b"), ElementsAre("c")));
    EXPECT_THAT(chain.parts({out}, "cut1"), ElementsAre(ElementsAre("a"), ElementsAre("b", "c")));
    EXPECT_THAT(chain.parts({out}, "cut2"), ElementsAre(ElementsAre("a", "b"), ElementsAre("c")));
}

TEST(Partitioning, TwoPathsThatMeetAgainAreOneKernel) {
    Chain chain;
    const TensorId a = chain.pool("a", chain.input);
    const TensorId out = chain.add("c", chain.relu("b", a), a);
    EXPECT_THAT(chain.parts({out}), ElementsAre(ElementsAre("a", "b", "c")));
}

TEST(Partitioning, AResultThatIsSeenOutsideEndsAKernel) {
    Chain chain;
    const TensorId a = chain.pool("a", chain.input);
    const TensorId b = chain.relu("b", a);
    EXPECT_THAT(chain.parts({a, b}), ElementsAre(ElementsAre("a"), ElementsAre("b")));
    const TensorId c = chain.pool("c", b);
    const TensorId d = chain.add("d", b, c);
    // b is read by the pooling, too; d waits for what comes back from it.
    EXPECT_THAT(chain.parts({d}), ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
}

TEST(Partitioning, WhatComesBackFromOutsideIsNotWaitedFor) {
    Chain chain;
    const TensorId a = chain.pool("a", chain.input);
    const TensorId b = chain.pool("b", a);
    const TensorId c = chain.relu("c", a);
    const TensorId d = chain.add("d", c, b);
    EXPECT_THAT(chain.parts({d}), ElementsAre(ElementsAre("a"), ElementsAre("c"), ElementsAre("b", "d")));
}

TEST(Partitioning, TanhBreaksTheChainOfTheFoundingBug) {
    Chain chain;
    const TensorId a = chain.pool("a", chain.input);
    const TensorId out = chain.relu("d", chain.relu("c", chain.function("b", graph::EltwiseAlgorithm::tanh, a)));
    EXPECT_THAT(chain.parts({out}, "fused+clamp_optimisation"),
                ElementsAre(ElementsAre("a"), ElementsAre("b"), ElementsAre("c"), ElementsAre("d")));
}

}  // namespace
}  // namespace difftest::backends::opencl
