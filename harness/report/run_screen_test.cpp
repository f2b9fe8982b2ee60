#include "harness/report/run_screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using testing::HasSubstr;
using testing::Not;

RunEntry passing(const std::string& isa, const std::string& implementation) {
    RunEntry entry;
    entry.case_name = "minimal";
    entry.backend = "onednn";
    entry.isa = isa;
    entry.plan = "fused";
    entry.partitions = {{{"a"}, implementation}};
    entry.judgement.verdict = Verdict::exact;
    Comparison output;
    output.tensor = "out";
    output.type = graph::DataType::f32;
    output.elements = output.judged = 1260;
    entry.outputs = {output};
    return entry;
}

RunEntry failing() {
    RunEntry entry = passing("AVX2", "jit:avx2");
    entry.judgement = {Verdict::violation, "1 of 1260 judged elements are outside their allowed set"};
    entry.outputs[0].outside = 1;
    entry.outputs[0].pattern = ErrorPattern::single_element;
    entry.outputs[0].worst = OutsideElement{4, {0, 0, 0, 4}, {{{28, 28}}, false, false}, 255, 227};
    entry.worst_output = "out";
    TraceStep accumulator;
    accumulator.node = "deconv";
    accumulator.operation = "deconvolution";
    accumulator.type = graph::DataType::s32;
    accumulator.allowed.intervals = {{2300, 2300}};
    TraceStep scaled;
    scaled.node = "scale";
    scaled.operation = "binary multiply";
    scaled.allowed.intervals = {{28, 28}};
    scaled.operands = {{"b", graph::DataType::f32, 0.25}};
    scaled.got = 255;
    entry.trace = {accumulator, scaled};
    return entry;
}

RunReport report_of(std::vector<RunEntry> entries) {
    RunReport report;
    report.entries = std::move(entries);
    report.annotations["minimal"] = {{"look_for", "28 against 255"}};
    return report;
}

TEST(RunScreen, ShowsTheTraceOfTheWorstElement) {
    const std::string text = run_screen(report_of({passing("SSE41", "jit:sse41"), failing()}), {});
    EXPECT_THAT(text, HasSubstr("out[0,0,0,4] expected 28, got 255 (off by 227; pattern: single_element)"));
    EXPECT_THAT(text, HasSubstr("deconvolution"));
    EXPECT_THAT(text, HasSubstr("b=0.25"));
    EXPECT_THAT(text, HasSubstr("look for: 28 against 255"));
    EXPECT_THAT(text, HasSubstr("2 runs: 1 passed, 1 finding\n"));
}

TEST(RunScreen, TellsTheCompilersErrorsFromTheKernels) {
    RunEntry miscompiled = failing();
    miscompiled.traits = {"relaxed_math", "compiler_suspected"};
    RunEntry wrong = failing();
    wrong.traits = {"kernel_suspected"};
    EXPECT_THAT(run_screen(report_of({miscompiled}), {}),
                HasSubstr("onednn fused: the same kernel without the compiler's "
                          "optimizations agrees: the compiler is suspected"));
    EXPECT_THAT(run_screen(report_of({wrong}), {}), HasSubstr("the kernel is suspected"));
    EXPECT_THAT(run_screen(report_of({failing()}), {}), Not(HasSubstr("suspected")));
}

TEST(RunScreen, EqualPassesShareALine) {
    const std::string text = run_screen(report_of({passing("AVX2", "ref:any"), passing("SSE41", "ref:any")}), {});
    EXPECT_THAT(text, HasSubstr("AVX2 SSE41"));
    const std::string apart = run_screen(report_of({passing("AVX2", "jit:avx2"), passing("SSE41", "jit:sse41")}), {});
    EXPECT_THAT(apart, Not(HasSubstr("AVX2 SSE41")));
}

TEST(RunScreen, ListsKnownIssuesAndRungsThatDidNotRun) {
    RunEntry known = failing();
    known.known_issue = "some-issue";
    RunReport report = report_of({passing("AVX2", "jit:avx2"), known});
    report.known_issues = {{"some-issue", "Something is wrong", "https://example.org/1", 1}};
    report.not_run = {{"onednn", "AVX10_1_512", "not testable on this CPU"}};
    const std::string text = run_screen(report, {});
    EXPECT_THAT(text, HasSubstr("known: some-issue"));
    EXPECT_THAT(text, HasSubstr("some-issue: Something is wrong (1 run) https://example.org/1"));
    EXPECT_THAT(text, HasSubstr("not run\n  onednn: not testable on this CPU (AVX10_1_512)\n"));
    EXPECT_THAT(text, HasSubstr("2 runs: 1 passed, 0 findings, 1 known"));
}

TEST(RunScreen, SaysHowManyElementsWereNotJudgedAndWhy) {
    RunEntry entry = passing("AVX2", "jit:avx2");
    entry.outputs[0].judged = 1250;
    entry.outputs[0].unconstrained = 10;
    entry.notes = {"the accumulator may overflow"};
    EXPECT_THAT(run_screen(report_of({entry}), {}),
                HasSubstr("onednn fused: 10 elements could not be judged: the accumulator may overflow (AVX2)"));
}

TEST(RunScreen, SaysHowSharpTheSetsAre) {
    RunEntry entry = passing("AVX2", "jit:avx2");
    oracle::Metrics& metrics = entry.metrics.emplace();
    metrics.elements = metrics.singletons = 1260;
    EXPECT_THAT(run_screen(report_of({entry}), {}), Not(HasSubstr("sets:")));
    // 1257 / 1260 = 0.99762
    metrics.singletons = 1257;
    metrics.largest_set = 2;
    metrics.unconstrained = 1;
    metrics.overflow_sensitive = 4;
    EXPECT_THAT(run_screen(report_of({entry}), {}),
                HasSubstr("sets: 1257 of 1260 elements single values (99.76 %), largest 2, 4 overflow-sensitive, 1 out "
                          "of contract"));
}

TEST(RunScreen, ColoursOnlyWhenAsked) {
    EXPECT_THAT(run_screen(report_of({failing()}), {}), Not(HasSubstr("\x1b")));
    ScreenStyle style;
    style.colours = true;
    EXPECT_THAT(run_screen(report_of({failing()}), style), HasSubstr("\x1b[31m"));
}

TEST(RunScreen, SaysWhenNothingMeaningfulRan) {
    RunEntry refused = passing("AVX2", "");
    refused.judgement = {Verdict::unsupported, "no such fusion"};
    refused.outputs.clear();
    const std::string text = run_screen(report_of({refused}), {});
    EXPECT_THAT(text, HasSubstr("onednn fused: unsupported: no such fusion (AVX2)"));
    EXPECT_THAT(text, HasSubstr("nothing meaningful ran"));
}

}  // namespace
}  // namespace difftest::harness
