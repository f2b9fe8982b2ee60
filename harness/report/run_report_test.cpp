#include "harness/report/run_report.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

RunEntry entry(Verdict verdict, bool known = false) {
    RunEntry result;
    result.judgement.verdict = verdict;
    if (known) {
        result.known_issue = "some-issue";
    }
    return result;
}

ExitCode exit_code(const std::vector<RunEntry>& entries) {
    RunReport report;
    report.entries = entries;
    return exit_code_of(summarize(report));
}

TEST(RunReport, ExitCodes) {
    EXPECT_EQ(exit_code({entry(Verdict::exact), entry(Verdict::allowed)}), ExitCode::clean);
    EXPECT_EQ(exit_code({entry(Verdict::exact), entry(Verdict::unsupported)}), ExitCode::clean);
    EXPECT_EQ(exit_code({entry(Verdict::exact), entry(Verdict::violation, true)}), ExitCode::clean);
    EXPECT_EQ(exit_code({entry(Verdict::exact), entry(Verdict::violation)}), ExitCode::finding);
    EXPECT_EQ(exit_code({entry(Verdict::crash)}), ExitCode::finding);
    EXPECT_EQ(exit_code({entry(Verdict::crash, true)}), ExitCode::clean);
    EXPECT_EQ(exit_code({entry(Verdict::exact), entry(Verdict::harness_error)}), ExitCode::harness_error);
    EXPECT_EQ(exit_code({entry(Verdict::violation), entry(Verdict::harness_error)}), ExitCode::finding);
    EXPECT_EQ(exit_code({entry(Verdict::vacuous), entry(Verdict::unsupported)}), ExitCode::nothing_ran);
    EXPECT_EQ(exit_code({}), ExitCode::nothing_ran);
}

TEST(RunReport, SumsOverOutputsAndFindsTheWorst) {
    RunEntry run = entry(Verdict::violation);
    Comparison first;
    first.elements = 10;
    first.judged = 8;
    first.outside = 1;
    first.ambiguous = 2;
    first.unconstrained = 2;
    first.worst = OutsideElement{3, {3}, {}, 5, 4};
    Comparison second = first;
    second.worst = OutsideElement{7, {7}, {}, 50, 44};
    run.outputs = {first, second};
    EXPECT_EQ(run.elements(), 20);
    EXPECT_EQ(run.judged(), 16);
    EXPECT_EQ(run.outside(), 2);
    EXPECT_EQ(run.ambiguous(), 4);
    EXPECT_EQ(run.unconstrained(), 4);
    ASSERT_NE(run.worst(), nullptr);
    EXPECT_EQ(run.worst()->index, 7);
}

TEST(RunReport, ImplementationNamesEachOnce) {
    RunEntry run;
    run.partitions = {{{"a"}, "jit:avx2"}, {{"b"}, "simple:any"}, {{"c"}, "jit:avx2"}};
    EXPECT_EQ(run.implementation(), "jit:avx2 + simple:any");
}

TEST(RunReport, CountsUnsupportedRunsByReason) {
    RunReport report;
    const auto add = [&report](Verdict verdict, const std::string& reason) {
        RunEntry run = entry(verdict);
        run.judgement.reason = reason;
        report.entries.push_back(run);
    };
    add(Verdict::unsupported, "no layout");
    add(Verdict::unsupported, "convolution + 2 post-ops of 'a': unimplemented");
    add(Verdict::unsupported, "convolution + 1 post-op of 'b': unimplemented");
    add(Verdict::unsupported, "no implementation named 'x' (offered: jit:avx2, ref:any)");
    add(Verdict::harness_error, "no layout");
    const std::vector<UnsupportedReason> reasons = unsupported_reasons(report);
    ASSERT_EQ(reasons.size(), 3U);
    EXPECT_EQ(reasons[0].reason, "convolution + post-ops of '...': unimplemented");
    EXPECT_EQ(reasons[0].runs, 2);
    EXPECT_EQ(reasons[1].reason, "no implementation named '...'");
    EXPECT_EQ(reasons[2].reason, "no layout");
    EXPECT_EQ(reasons[2].runs, 1);
}

}  // namespace
}  // namespace difftest::harness
