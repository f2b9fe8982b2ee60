#include "backends/onednn/plan_specification.hpp"

#include <gtest/gtest.h>

namespace difftest::backends::onednn {
namespace {

CreationOptions choice(std::size_t position, const std::string& name_part) {
    CreationOptions options;
    options.implementation = {position, name_part};
    return options;
}

TEST(PlanSpecification, NameIsThePlan) {
    for (const char* name :
         {"fused", "fused_distinct_eltwise", "split", "fused@2", "split@11", "fused@ref",
          "fused@jit_int8:avx512_core_vnni", "cut1", "cut2.5@ref", "split+blocked16", "fused+threads7",
          "cut3@2+channels_last+plain_weights+in_place+user_scratchpad+run_time_parameters+threads1"}) {
        const auto specification = plan_specification_from(name);
        ASSERT_TRUE(specification) << name;
        EXPECT_EQ(name_of(*specification), name);
    }
}

TEST(PlanSpecification, TellsPositionsFromNames) {
    EXPECT_EQ(plan_specification_from("split@12"), (PlanSpecification{Fusion::split, {}, choice(12, "")}));
    EXPECT_EQ(plan_specification_from("fused@ref"), (PlanSpecification{Fusion::fused, {}, choice(1, "ref")}));
    EXPECT_EQ(plan_specification_from("fused@12x"), (PlanSpecification{Fusion::fused, {}, choice(1, "12x")}));
}

TEST(PlanSpecification, RefusesWhatIsNoName) {
    // The first position is the plan without a choice, so it has one name only.
    for (const char* name : {"",
                             "fuse",
                             "@ref",
                             "fused@",
                             "fused@0",
                             "fused@1",
                             "fused@02",
                             "fused@ref@ref",
                             "fused@*",
                             "all",
                             "fused ",
                             "fused@99999999999999999999999,",
                             "cut",
                             "cut0",
                             "cut2.2",
                             "cut5.2",
                             "cut1.",
                             "fused+",
                             "fused+blocked",
                             "fused+blocked7",
                             "fused+threads0",
                             "fused+threads",
                             "fused+row_major+blocked4",
                             "fused+threads1+threads2",
                             "fused+in_place+in_place",
                             "fused+threads2+in_place",
                             "fused+in_place@2"}) {
        EXPECT_FALSE(plan_specification_from(name)) << name;
    }
}

TEST(PlanSpecification, ReadsWhatItSays) {
    const auto plan = plan_specification_from("cut1.4+blocked8+compile_time_parameters+threads3");
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->cuts, (std::vector<std::size_t>{1, 4}));
    EXPECT_EQ(plan->options.layout, graph::Layout::channels_blocked_8);
    EXPECT_EQ(plan->options.parameters, Parameters::compile_time);
    EXPECT_EQ(plan->options.threads, 3);
    EXPECT_FALSE(plan->options.in_place || plan->options.plain_weights || plan->options.user_scratchpad);
}

TEST(PlanSpecification, EveryDeviationIsSetByItsName) {
    for (const std::string& deviation : deviation_names()) {
        CreationOptions options;
        EXPECT_TRUE(deviate(options, deviation)) << deviation;
        EXPECT_FALSE(options == CreationOptions{}) << deviation;
        EXPECT_FALSE(deviate(options, deviation)) << deviation << " twice";
    }
}

}  // namespace
}  // namespace difftest::backends::onednn
