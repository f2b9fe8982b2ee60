#include "harness/campaign/run_cases.hpp"

#include "harness/execute/test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

/// A backend that misbehaves on one case, which stands between two that must be judged as always: which verdict, and
/// which words.
namespace difftest::harness {
namespace {

using testing::HasSubstr;

graph::Case named(const std::string& name, graph::Case value) {
    value.name = name;
    return value;
}

/// Three cases in one worker: good, bad, good.
RunReport report_of(const std::string& behaviour) {
    static const BackendKind kKind{"misbehaving", "", "", {}, false, ""};
    RunRequest request;
    request.cases = {named("before", good_addition()), named("spoiled", bad_addition()),
                     named("after", addition("good", {6, 7, 8}, {1, 2, 4}))};
    const WorkerSpec spec = misbehaving(behaviour);
    request.backends = {{"misbehaving", &kKind, spec.program, spec.arguments}};
    request.limits = spec.limits;
    request.limits.answer = std::chrono::milliseconds(2000);
    return run_cases(request);
}

/// The runs of a case, without what the stand-in refuses.
std::vector<RunEntry> runs_of(const RunReport& report, const std::string& case_name) {
    std::vector<RunEntry> runs;
    for (const RunEntry& entry : report.entries) {
        if (entry.case_name == case_name && entry.judgement.verdict != Verdict::unsupported) {
            runs.push_back(entry);
        }
    }
    return runs;
}

struct StandIn {
    std::string behaviour;
    Verdict verdict;
    std::string words;
};

std::ostream& operator<<(std::ostream& stream, const StandIn& value) {
    return stream << value.behaviour;
}

class StandInTest : public testing::TestWithParam<StandIn> {};

TEST_P(StandInTest, GivesTheVerdictMeantAndSpoilsNoOtherCase) {
    const RunReport report = report_of(GetParam().behaviour);
    const std::vector<RunEntry> spoiled = runs_of(report, "spoiled");
    ASSERT_EQ(spoiled.size(), 1U);
    EXPECT_EQ(spoiled[0].judgement.verdict, GetParam().verdict) << name_of(spoiled[0].judgement.verdict);
    EXPECT_THAT(spoiled[0].judgement.reason, HasSubstr(GetParam().words));
    const bool died = GetParam().verdict == Verdict::crash || GetParam().verdict == Verdict::hang;
    ASSERT_EQ(spoiled[0].worker_end.has_value(), died);
    if (died) {
        EXPECT_TRUE(spoiled[0].worker_end->confirmed);
        EXPECT_EQ(spoiled[0].worker_end->stage, "execute");
        EXPECT_THAT(spoiled[0].judgement.reason, HasSubstr("again in a fresh worker"));
    }
    for (const char* const name : {"before", "after"}) {
        const std::vector<RunEntry> runs = runs_of(report, name);
        ASSERT_EQ(runs.size(), 1U) << name;
        EXPECT_EQ(runs[0].judgement.verdict, Verdict::exact) << name << ": " << runs[0].judgement.reason;
    }
    const bool is_clean = GetParam().verdict == Verdict::exact;
    EXPECT_EQ(exit_code_of(summarize(report)), is_clean ? ExitCode::clean : ExitCode::finding);
}

INSTANTIATE_TEST_SUITE_P(
    Behaviours, StandInTest,
    testing::Values(
        StandIn{"correct", Verdict::exact, ""},
        StandIn{"segfault", Verdict::crash, "killed by SIGSEGV during execute in difftest-worker-misbehaving+0x"},
        StandIn{"abort", Verdict::crash, "killed by SIGABRT during execute"},
        StandIn{"spin", Verdict::hang, "no answer within 2000 ms during execute"},
        StandIn{"sleep", Verdict::hang, "no answer within 2000 ms during execute"},
        StandIn{"exit", Verdict::crash, "exited with code 0 during execute"},
        StandIn{"close", Verdict::crash, "closed its socket during execute"},
        StandIn{"fail", Verdict::crash, "the library reported an error during execute: runtime error 3"},
        // The guard is met before the pattern.
        StandIn{"write_beyond_always", Verdict::crash, "killed by SIGSEGV during execute"},
        StandIn{"read_beyond", Verdict::crash, "killed by SIGSEGV during execute"},
        StandIn{"write_beyond", Verdict::overrun, "written outside the outputs: sum"},
        StandIn{"write_before", Verdict::overrun, "written outside the outputs: sum"},
        StandIn{"flip_constant", Verdict::overrun, "written outside the outputs: addend"},
        StandIn{"skip_first", Verdict::unwritten, "1 elements were never written"},
        StandIn{"rounding_mode", Verdict::overrun, "the floating-point environment (MXCSR, x87) was left changed"},
        StandIn{"fork", Verdict::overrun, "a process that it started was left behind"},
        StandIn{"daemon", Verdict::overrun, "a process that it started was left behind"},
        StandIn{"fork_and_wait", Verdict::exact, ""},
        StandIn{"vary", Verdict::nondeterministic, "1 elements differ between executions"},
        StandIn{"vary_when_fresh", Verdict::nondeterministic, "1 elements differ between executions"},
        StandIn{"wrong_value", Verdict::violation, ""}),
    [](const auto& instance) { return instance.param.behaviour; });

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// The shadow memory of a sanitizer does not fit into any limit.
INSTANTIATE_TEST_SUITE_P(WithMemoryLimit, StandInTest,
                         testing::Values(StandIn{"allocate", Verdict::crash,
                                                 "out of memory during execute (limit 512"}),
                         [](const auto& instance) { return instance.param.behaviour; });
#endif

TEST(StandIn, GarbageIsAnErrorOfTheHarness) {
    for (const char* const behaviour : {"garbage", "throw"}) {
        const RunReport report = report_of(behaviour);
        EXPECT_EQ(runs_of(report, "spoiled").at(0).judgement.verdict, Verdict::harness_error) << behaviour;
        EXPECT_EQ(runs_of(report, "before").at(0).judgement.verdict, Verdict::exact) << behaviour;
        EXPECT_EQ(runs_of(report, "after").at(0).judgement.verdict, Verdict::exact) << behaviour;
        EXPECT_EQ(exit_code_of(summarize(report)), ExitCode::harness_error) << behaviour;
    }
}

/// The heap is broken by one case, and the next one dies of it: that one is judged alone, and the first is suspected.
TEST(StandIn, TheNextCaseIsNotBlamedForDamageDoneBefore) {
    const RunReport report = report_of("poison");
    EXPECT_EQ(runs_of(report, "before").at(0).judgement.verdict, Verdict::exact);
    EXPECT_EQ(runs_of(report, "after").at(0).judgement.verdict, Verdict::exact);
    const std::vector<RunEntry> spoiled = runs_of(report, "spoiled");
    ASSERT_EQ(spoiled.size(), 2U) << "its run and the incident";
    EXPECT_EQ(spoiled[0].judgement.verdict, Verdict::exact) << "nothing was seen while it ran";
    EXPECT_EQ(spoiled[1].judgement.verdict, Verdict::crash);
    EXPECT_EQ(spoiled[1].plan, "");
    EXPECT_THAT(spoiled[1].judgement.reason, HasSubstr("killed by SIGABRT during create"));
    EXPECT_THAT(spoiled[1].judgement.reason, HasSubstr("while 'after' ran after 'spoiled'"));
    EXPECT_FALSE(spoiled[1].worker_end.value().confirmed);
    EXPECT_EQ(exit_code_of(summarize(report)), ExitCode::finding);
}

/// Damage that shows in values only.
TEST(StandIn, AWrongValueIsConfirmedInAFreshWorker) {
    const RunReport report = report_of("distort");
    EXPECT_EQ(runs_of(report, "spoiled").at(0).judgement.verdict, Verdict::exact);
    const RunEntry after = runs_of(report, "after").at(0);
    EXPECT_EQ(after.judgement.verdict, Verdict::nondeterministic);
    EXPECT_EQ(after.judgement.reason,
              "violation after 'spoiled' in the same worker, but exact in a fresh one: 1 of 3 judged elements are "
              "outside their allowed set");
    EXPECT_GT(after.outside(), 0);
}

TEST(StandIn, ABackendThatCannotBeStartedIsListedAndTheOthersRun) {
    static const BackendKind kBroken{"broken", "", "", {}, true, ""};
    static const BackendKind kKind{"misbehaving", "", "", {}, false, ""};
    const std::filesystem::path program = misbehaving("").program;
    RunRequest request;
    request.cases = {named("one", good_addition()), named("two", good_addition())};
    request.backends = {{"broken", &kBroken, program, {"unavailable"}}, {"misbehaving", &kKind, program, {"correct"}}};
    const RunReport report = run_cases(request);
    ASSERT_EQ(report.backends.size(), 2U) << "once, not for each case";
    EXPECT_EQ(report.backends[0].name, "broken");
    EXPECT_THAT(report.backends[0].problem, HasSubstr("libfoo.so.2: cannot open shared object file"));
    EXPECT_EQ(report.backends[1].problem, "");
    EXPECT_EQ(runs_of(report, "one").size(), 1U);
    EXPECT_EQ(runs_of(report, "two").size(), 1U);
    EXPECT_EQ(summarize(report).passed, 2);
    EXPECT_EQ(summarize(report).unavailable, 1);
    EXPECT_EQ(exit_code_of(summarize(report)), ExitCode::harness_error) << "silence must not look like success";
}

}  // namespace
}  // namespace difftest::harness
