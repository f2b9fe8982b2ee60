#include "backends/onednn/plan_specification.hpp"

#include <gtest/gtest.h>

namespace difftest::backends::onednn {
namespace {

TEST(PlanSpecification, NameIsThePlan) {
    for (const char* name : {"fused", "fused_distinct_eltwise", "split", "fused@2", "split@11", "fused@ref",
                             "fused@jit_int8:avx512_core_vnni"}) {
        const auto specification = plan_specification_from(name);
        ASSERT_TRUE(specification) << name;
        EXPECT_EQ(name_of(*specification), name);
    }
}

TEST(PlanSpecification, TellsPositionsFromNames) {
    EXPECT_EQ(plan_specification_from("split@12"), (PlanSpecification{Fusion::split, {{12, ""}}}));
    EXPECT_EQ(plan_specification_from("fused@ref"), (PlanSpecification{Fusion::fused, {{1, "ref"}}}));
    EXPECT_EQ(plan_specification_from("fused@12x"), (PlanSpecification{Fusion::fused, {{1, "12x"}}}));
}

TEST(PlanSpecification, RefusesWhatIsNoName) {
    // The first position is the plan without a choice, so it has one name only.
    for (const char* name : {"", "fuse", "@ref", "fused@", "fused@0", "fused@1", "fused@02", "fused@ref@ref", "fused@*",
                             "all", "fused ", "fused@99999999999999999999999,"}) {
        EXPECT_FALSE(plan_specification_from(name)) << name;
    }
}

}  // namespace
}  // namespace difftest::backends::onednn
