#include "backends/opencl/plan_specification.hpp"

#include "backends/opencl/plan_space.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends::opencl {
namespace {

TEST(PlanSpecification, NamesAreReadBack) {
    for (const std::string name :
         {"fused", "split", "cut2.5", "fused@tiled", "split@subgroup+byxf+emulated_subgroup+native_half",
          "split@tiled+byxf+opt_disable+shared+work_group3", "fused+bs_fs_yx_bsv16_fsv16+emulated_dot+separate_buffers",
          "fused+clamp_optimisation"}) {
        const auto plan = plan_specification_from(name);
        ASSERT_TRUE(plan) << name;
        EXPECT_EQ(name_of(*plan), name);
    }
}

TEST(PlanSpecification, OtherTextsAreNoPlans) {
    for (const std::string name :
         {"", "fuse", "fused@", "fused@2", "cut", "cut0", "cut5.2", "fused+", "fused+bfyx+byxf", "fused+strict",
          "fused+shared+opt_disable", "fused+work_group0", "fused+work_group2000", "fused+opt_disable+mad_enable"}) {
        EXPECT_FALSE(plan_specification_from(name)) << name;
    }
}

bool every_plan(const PlanSpecification& /*plan*/) {
    return true;
}

TEST(PlanSpecification, WhatIsWrongOnPurposeIsOfferedByItsWholeNameOnly) {
    for (const std::string pattern : {"all", "*", "fused+*", "*clamp*"}) {
        for (const PlanSpecification& plan : selected_plans({pattern}, 3, 1, every_plan)) {
            EXPECT_FALSE(plan.clamp_optimisation) << pattern;
        }
    }
    EXPECT_EQ(selected_plans({"fused+clamp_optimisation"}, 3, 1, every_plan).size(), base_plans().size() + 1);
}

TEST(PlanSpecification, TheSpaceHasEveryDeviationOfEveryBaseAndEveryCut) {
    const std::vector<PlanSpecification> plans = selected_plans({"all"}, 2, 1, every_plan);
    std::vector<std::string> names;
    for (const PlanSpecification& plan : plans) {
        names.push_back(name_of(plan));
        EXPECT_EQ(plan_specification_from(names.back()), plan);
    }
    EXPECT_THAT(names, testing::IsSupersetOf({"fused", "fused@tiled", "split", "fused+b_fs_yx_fsv32",
                                              "fused@tiled+relaxed_math", "split+shared", "cut1", "cut2"}));
    EXPECT_THAT(names, testing::Not(testing::Contains("cut3")));
    EXPECT_THAT(names, testing::IsSupersetOf({"fused@subgroup+byxf", "fused@subgroup+emulated_subgroup+native_half"}));
    for (const PlanSpecification& plan :
         selected_plans({"all"}, 2, 1, [](const PlanSpecification& each) { return !each.native_half; })) {
        EXPECT_FALSE(plan.native_half);
    }
}

}  // namespace
}  // namespace difftest::backends::opencl
