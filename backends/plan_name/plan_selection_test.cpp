#include "backends/plan_name/plan_selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace difftest::backends {
namespace {

using testing::ElementsAre;

struct Plan {
    std::string name;
    friend bool operator==(const Plan&, const Plan&) = default;
};

std::string name_of(const Plan& plan) {
    return plan.name;
}

std::vector<std::string> chosen(const std::vector<std::string>& patterns, int& surveys) {
    const auto plan_from = [](const std::string& name) {
        return name.starts_with("plan") ? std::optional(Plan{name}) : std::nullopt;
    };
    const auto space = [&surveys] {
        ++surveys;
        return std::vector<Plan>{{"plan1"}, {"plan1+x"}, {"plan2"}};
    };
    std::vector<std::string> names;
    for (const Plan& plan : plans_that_fit(std::vector<Plan>{{"plan1"}}, patterns, plan_from, space)) {
        names.push_back(plan.name);
    }
    return names;
}

TEST(PlanSelection, NamesNeedNoSpaceAndPatternsAskForItOnce) {
    int surveys = 0;
    EXPECT_THAT(chosen({}, surveys), ElementsAre("plan1"));
    EXPECT_THAT(chosen({"plan9", "plan1", "nonsense"}, surveys), ElementsAre("plan1", "plan9"));
    EXPECT_EQ(surveys, 0);
    EXPECT_THAT(chosen({"*2", "*x"}, surveys), ElementsAre("plan1", "plan2", "plan1+x"));
    EXPECT_EQ(surveys, 1);
    EXPECT_THAT(chosen({"all"}, surveys), ElementsAre("plan1", "plan1+x", "plan2"));
}

}  // namespace
}  // namespace difftest::backends
