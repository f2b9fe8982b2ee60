#include "harness/compare/verdict.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

Comparison comparison(std::int64_t judged, std::int64_t outside, std::int64_t ambiguous, std::int64_t unconstrained,
                      bool constant = false) {
    Comparison result;
    result.elements = judged + unconstrained;
    result.judged = judged;
    result.outside = outside;
    result.ambiguous = ambiguous;
    result.unconstrained = unconstrained;
    result.constant = constant;
    return result;
}

Verdict verdict_of(const Comparison& value, std::optional<Sharpness> sharpness = std::nullopt) {
    return judge_values(std::vector<Comparison>{value}, sharpness).verdict;
}

TEST(Verdict, ExactOnlyWhenEveryElementHasOneAllowedValue) {
    EXPECT_EQ(verdict_of(comparison(10, 0, 0, 0)), Verdict::exact);
    EXPECT_EQ(verdict_of(comparison(10, 0, 1, 0)), Verdict::allowed);
    EXPECT_EQ(verdict_of(comparison(9, 0, 0, 1)), Verdict::allowed);
}

TEST(Verdict, OneOutsideElementIsAViolation) {
    std::vector<Comparison> outputs{comparison(10, 0, 0, 0), comparison(5, 1, 2, 3, true), comparison(0, 9, 0, 0)};
    outputs[1].tensor = "between";
    outputs[2].tensor = "out";
    const Judgement judgement = judge_values(outputs, Sharpness{4, 0});
    EXPECT_EQ(judgement.verdict, Verdict::violation);
    EXPECT_EQ(judgement.reason, "10 of 15 judged elements are outside their allowed set, first in 'between'");
}

TEST(Verdict, NothingJudgedIsVacuous) {
    EXPECT_EQ(verdict_of(comparison(0, 0, 0, 12)), Verdict::vacuous);
    EXPECT_EQ(verdict_of(comparison(0, 0, 0, 0)), Verdict::vacuous);
}

TEST(Verdict, ConstantOutputIsVacuousOnlyWhenNoFaultWouldShow) {
    const Comparison constant = comparison(10, 0, 0, 0, true);
    EXPECT_EQ(verdict_of(constant, Sharpness{3, 0}), Verdict::vacuous);
    EXPECT_EQ(verdict_of(constant, Sharpness{0, 0}), Verdict::vacuous);
    EXPECT_EQ(verdict_of(constant, Sharpness{3, 1}), Verdict::exact);
    EXPECT_EQ(verdict_of(constant), Verdict::exact);
    EXPECT_EQ(verdict_of(comparison(10, 0, 0, 0), Sharpness{3, 0}), Verdict::exact);
}

TEST(Verdict, NamesAreReadBack) {
    for (const std::string_view name : {"exact", "allowed", "violation", "crash", "hang", "unwritten", "overrun",
                                        "nondeterministic", "unsupported", "vacuous", "harness_error"}) {
        ASSERT_TRUE(verdict_from(name).has_value()) << name;
        EXPECT_EQ(name_of(*verdict_from(name)), name);
    }
    EXPECT_FALSE(verdict_from("passed").has_value());
}

TEST(Verdict, FailuresAndPasses) {
    for (const Verdict failure : {Verdict::violation, Verdict::crash, Verdict::hang, Verdict::unwritten,
                                  Verdict::overrun, Verdict::nondeterministic}) {
        EXPECT_TRUE(is_failure(failure)) << name_of(failure);
        EXPECT_FALSE(is_pass(failure)) << name_of(failure);
    }
    for (const Verdict neither : {Verdict::unsupported, Verdict::vacuous, Verdict::harness_error}) {
        EXPECT_FALSE(is_failure(neither)) << name_of(neither);
        EXPECT_FALSE(is_pass(neither)) << name_of(neither);
    }
    EXPECT_TRUE(is_pass(Verdict::exact));
    EXPECT_TRUE(is_pass(Verdict::allowed));
}

}  // namespace
}  // namespace difftest::harness
