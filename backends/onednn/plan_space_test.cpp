#include "backends/onednn/plan_space.hpp"
#include "backends/onednn/library_graph.hpp"

#include "backends/onednn/chain_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

/// Which plans there are, and that a plan's implementation is really the one that runs.
namespace difftest::backends::onednn {
namespace {

using graph::BinaryAlgorithm;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

std::vector<std::string> names_of(const std::vector<PlanSpecification>& plans) {
    std::vector<std::string> names;
    for (const PlanSpecification& plan : plans) {
        names.push_back(name_of(plan));
    }
    return names;
}

PlanSurvey two_primitives() {
    const auto implementations = [](const PlanSpecification& /*plan*/) {
        return std::vector<std::vector<std::string>>{{"jit:a", "jit:b", "gemm", "ref:any"}, {"jit:uni", "ref:any"}};
    };
    return {implementations, 3, 42};
}

PlanSurvey must_not_be_called() {
    ADD_FAILURE() << "a survey for plans that were named";
    return {};
}

TEST(PlanSpace, OffersBasePlansByItself) {
    EXPECT_THAT(names_of(selected_plans({}, must_not_be_called)),
                ElementsAre("fused", "fused_distinct_eltwise", "fused_depthwise", "split"));
}

TEST(PlanSpace, AddsWhatIsNamedWithoutLookingForOthers) {
    EXPECT_THAT(names_of(selected_plans({"split@7", "cut9+threads2", "split", "nonsense"}, must_not_be_called)),
                ElementsAre("fused", "fused_distinct_eltwise", "fused_depthwise", "split", "split@7", "cut9+threads2"));
}

TEST(PlanSpace, ReachesEveryImplementationOnce) {
    std::vector<std::string> names;
    for (const std::string& name : names_of(selected_plans({"split@*"}, two_primitives))) {
        if (name.starts_with("split@") && name.find('+') == std::string::npos) {
            names.push_back(name);
        }
    }
    // Position 2 is jit:b or the second primitive's reference, 3 gemm, 4 nothing but a reference.
    EXPECT_THAT(names, ElementsAre("split@2", "split@3", "split@ref"));
}

TEST(PlanSpace, HoldsEachDeviationEachCutAndCombinations) {
    const std::vector<std::string> all = names_of(selected_plans({"all"}, two_primitives));
    EXPECT_THAT(all, IsSupersetOf({"fused@3", "split@ref", "cut1", "cut2", "cut3"}));
    EXPECT_THAT(all, Not(Contains("cut4")));
    std::size_t deviations = 0;
    for (const std::string& name : all) {
        for (const std::string& deviation : deviation_names()) {
            deviations += name == "fused+" + deviation || name == "split+" + deviation ? 1 : 0;
        }
    }
    EXPECT_EQ(deviations, 2 * deviation_names().size());
    EXPECT_GT(std::count_if(all.begin(), all.end(),
                            [](const std::string& name) { return std::count(name.begin(), name.end(), '+') > 1; }),
              0)
        << "a combination";
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
    EXPECT_EQ(names_of(selected_plans({"all"}, two_primitives)), all) << "the same seed, the same plans";
}

class ImplementationTest : public ChainTest {
protected:
    /// A graph of two primitives when it is split: 100, 10 and 0 times 2, at most 30.
    const graph::Case& bounded() {
        shape_ = {1, 1, 1, 3};
        const auto data = build_.input(graph::DataType::u8, shape_, {100, 10, 0});
        const auto weights = build_.constant(graph::DataType::s8, {1, 1, 1, 1}, {2});
        const auto sums = build_.node(graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {data, weights},
                                      graph::DataType::s32, shape_);
        return build_.finish({binary(BinaryAlgorithm::minimum, sums, build_.scalar(30))});
    }

    std::vector<std::string> offered(const std::vector<std::string>& patterns) {
        graph::Case value = build_.value();
        value.execution.plans = patterns;
        std::vector<std::string> names;
        for (const PlanOffer& offer : backend_->plans(value)) {
            const auto* plan = std::get_if<Plan>(&offer);
            if (plan != nullptr && plan->name != kGraphPlan) {
                names.push_back(plan->name);
            }
        }
        return names;
    }

    onednn::Run run_named(const std::string& plan) {
        graph::Case value = build_.value();
        value.execution.plans = {plan};
        return run(*backend_, value, plan);
    }
};

TEST_F(ImplementationTest, ReferenceIsWhatRuns) {
    bounded();
    for (const char* plan : {"fused@ref", "split@ref"}) {
        const auto result = run_named(plan);
        EXPECT_THAT(result.outputs.front(), ElementsAre(30, 20, 0)) << plan;
        EXPECT_THAT(result.partitions.front().implementation, HasSubstr("ref")) << plan;
    }
    EXPECT_THAT(run_named("fused").partitions.front().implementation, Not(HasSubstr("ref")));
}

TEST_F(ImplementationTest, EveryImplementationGivesTheSameAndHasItsOwnName) {
    bounded();
    std::set<std::string> names;
    const std::vector<std::string> plans = offered({"fused", "fused@*"});
    for (const std::string& plan : plans) {
        if (!plan.starts_with("fused@") || plan.find('+') != std::string::npos) {
            continue;
        }
        const auto result = run_named(plan);
        EXPECT_THAT(result.outputs.front(), ElementsAre(30, 20, 0)) << plan;
        names.insert(result.partitions.front().implementation);
    }
    EXPECT_THAT(plans, Contains("fused@ref"));
    EXPECT_GE(names.size(), 2U) << "a JIT kernel beyond the first choice, and the reference";
}

TEST_F(ImplementationTest, SecondChoiceIsNotTheFirstThatIsStillInTheCache) {
    bounded();
    const std::string first = run_named("fused").partitions.front().implementation;
    EXPECT_NE(run_named("fused@2").partitions.front().implementation, first);
    EXPECT_EQ(run_named("fused").partitions.front().implementation, first);
}

TEST_F(ImplementationTest, PlanThatIsNamedIsOfferedEvenWhereItEqualsAnother) {
    const auto data = build_.input(graph::DataType::f32, {1}, {1});
    shape_ = {1};
    build_.finish({binary(BinaryAlgorithm::add, data, build_.scalar(1))});
    EXPECT_THAT(offered({}), ElementsAre("fused"));
    EXPECT_THAT(offered({"split"}), ElementsAre("fused", "split"));
}

TEST_F(ImplementationTest, WhatIsNotOfferedIsUnsupportedWithTheOfferedNames) {
    bounded();
    try {
        run_named("fused@no_such_kernel");
        FAIL();
    } catch (const Unsupported& refusal) {
        EXPECT_THAT(refusal.what(), HasSubstr("no implementation named 'no_such_kernel' (offered: "));
        EXPECT_THAT(refusal.what(), HasSubstr("ref"));
    }
    EXPECT_THROW(run_named("fused@99"), Unsupported);
}

}  // namespace
}  // namespace difftest::backends::onednn
