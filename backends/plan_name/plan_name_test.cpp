#include "backends/plan_name/plan_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(PlanName, IsCutAtItsSigns) {
    const PlanName parts = parts_of_plan_name("cut2.5@ref+blocked16+threads3");
    EXPECT_EQ(parts.base, "cut2.5");
    EXPECT_EQ(parts.implementation, "ref");
    EXPECT_THAT(parts.deviations, ElementsAre("blocked16", "threads3"));
    EXPECT_EQ(parts_of_plan_name("fused").implementation, std::nullopt);
    EXPECT_EQ(parts_of_plan_name("fused@").implementation, "");
    EXPECT_THAT(parts_of_plan_name("fused+a@2").deviations, ElementsAre("a@2"));
    EXPECT_THAT(parts_of_plan_name("fused++").deviations, ElementsAre("", ""));
}

TEST(PlanName, NumbersHaveOneSpelling) {
    EXPECT_EQ(plan_number_from("12"), 12U);
    for (const char* text : {"", "0", "01", "1x", "-1", "+1", " 1", "99999999999999999999999"}) {
        EXPECT_EQ(plan_number_from(text), std::nullopt) << text;
    }
    EXPECT_EQ(plan_number_after("threads", "threads7", 8), 7U);
    EXPECT_EQ(plan_number_after("threads", "threads9", 8), std::nullopt);
    EXPECT_EQ(plan_number_after("threads", "thread7", 8), std::nullopt);
}

TEST(PlanName, CutsAscend) {
    EXPECT_THAT(cuts_from("cut2.5"), Optional(ElementsAre(2, 5)));
    EXPECT_EQ(cut_base({2, 5}), "cut2.5");
    for (const char* text : {"cut", "cut0", "cut2.2", "cut5.2", "cut1.", "cut.1", "fused", "1.2"}) {
        EXPECT_EQ(cuts_from(text), std::nullopt) << text;
    }
}

/// Plans that are a list of the letters behind "base", of which "a" is written first; "@i" is the only implementation.
struct Letters {
    static std::optional<std::string> base(std::string_view text) {
        return text == "base" ? std::optional<std::string>("base") : std::nullopt;
    }
    static bool choose(std::string& plan, std::string_view implementation) {
        plan += "@i";
        return implementation == "i";
    }
    static bool deviate(std::string& plan, std::string_view deviation) {
        plan += deviation;
        return deviation == "a" || deviation == "b";
    }
    static std::string name(const std::string& plan) {
        std::string name = plan.find("@i") == std::string::npos ? "base" : "base@i";
        for (const char letter : {'a', 'b'}) {
            if (plan.find(letter, 4) != std::string::npos) {
                name += std::string("+") + letter;
            }
        }
        return name;
    }
};

TEST(PlanName, IsReadInOneOrderOnly) {
    for (const char* name : {"base", "base@i", "base+a", "base@i+a+b"}) {
        EXPECT_TRUE(read_plan(name, Letters())) << name;
    }
    for (const char* name : {"", "bas", "base@", "base@j", "base+b+a", "base+a+a", "base+c", "base+", "base+a@i"}) {
        EXPECT_FALSE(read_plan(name, Letters())) << name;
    }
}

}  // namespace
}  // namespace difftest::backends
