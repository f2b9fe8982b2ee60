#include "harness/campaign/judge.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace difftest::harness {
namespace {

Comparison one_output(std::int64_t outside) {
    Comparison result;
    result.elements = result.judged = 10;
    result.outside = outside;
    return result;
}

RunOutcome completed() {
    RunOutcome outcome;
    outcome.status = RunStatus::completed;
    outcome.outputs.resize(1);
    outcome.unwritten = {0};
    outcome.nondeterministic = {0};
    return outcome;
}

Verdict verdict_of(const RunOutcome& outcome, std::int64_t outside = 0) {
    return judge(outcome, std::vector<Comparison>{one_output(outside)}, std::nullopt).verdict;
}

TEST(Judge, StatusOfTheProcessComesFirst) {
    for (const auto& [status, verdict] :
         {std::pair(RunStatus::harness_error, Verdict::harness_error), std::pair(RunStatus::crashed, Verdict::crash),
          std::pair(RunStatus::hung, Verdict::hang), std::pair(RunStatus::unsupported, Verdict::unsupported)}) {
        RunOutcome outcome = completed();
        outcome.status = status;
        outcome.overrun = {"input"};
        EXPECT_EQ(verdict_of(outcome, 5), verdict);
    }
}

TEST(Judge, WhatMakesTheOthersUnreliableWins) {
    RunOutcome outcome = completed();
    EXPECT_EQ(verdict_of(outcome), Verdict::exact);
    EXPECT_EQ(verdict_of(outcome, 1), Verdict::violation);
    outcome.nondeterministic = {3};
    EXPECT_EQ(verdict_of(outcome, 1), Verdict::nondeterministic);
    outcome.unwritten = {2};
    EXPECT_EQ(verdict_of(outcome, 1), Verdict::unwritten);
    outcome.overrun = {"weights"};
    EXPECT_EQ(verdict_of(outcome, 1), Verdict::overrun);
}

TEST(Judge, ChangedFloatingPointEnvironmentIsAnOverrun) {
    RunOutcome outcome = completed();
    outcome.floating_point_environment_changed = true;
    EXPECT_EQ(verdict_of(outcome), Verdict::overrun);
}

TEST(Judge, AProcessLeftBehindIsAnOverrun) {
    RunOutcome outcome = completed();
    outcome.left_processes = true;
    EXPECT_EQ(verdict_of(outcome), Verdict::overrun);
}

TEST(Judge, MaterializedTensorsCountAsOutputsDo) {
    RunOutcome outcome = completed();
    outcome.materialized.resize(1);
    const auto verdict = [&](std::int64_t outside) {
        return judge(outcome, std::vector<Comparison>{one_output(outside), one_output(0)}, std::nullopt).verdict;
    };
    EXPECT_EQ(verdict(0), Verdict::exact);
    EXPECT_EQ(verdict(1), Verdict::violation);
    EXPECT_EQ(verdict_of(outcome), Verdict::harness_error) << "one of them was not compared";
    outcome.materialized[0].nondeterministic = 1;
    EXPECT_EQ(verdict(1), Verdict::nondeterministic);
    outcome.materialized[0].unwritten = 1;
    EXPECT_EQ(verdict(1), Verdict::unwritten);
}

TEST(Judge, MissingOutputsAreAHarnessError) {
    EXPECT_EQ(judge(completed(), {}, std::nullopt).verdict, Verdict::harness_error);
}

TEST(Judge, CrashNamesSignalStageAndFrame) {
    RunOutcome outcome;
    outcome.status = RunStatus::crashed;
    outcome.message = "killed by SIGSEGV during execute in libdnnl.so.2+0x1234 (jit)";
    outcome.crash = Crash{SIGSEGV, 0, "execute", {"libdnnl.so.2+0x1234 (jit)"}, "", true};
    const Judgement judgement = judge(outcome, {}, std::nullopt);
    EXPECT_EQ(judgement.reason,
              "killed by SIGSEGV during execute in libdnnl.so.2+0x1234 (jit), again in a fresh worker");
    outcome.message = "killed by SIGABRT during idle";
    outcome.crash = Crash{SIGABRT, 0, "", {}, "some words\ndouble free or corruption (out)\n", false};
    EXPECT_EQ(judge(outcome, {}, std::nullopt).reason,
              "killed by SIGABRT during idle, its last words: double free or corruption (out)");
}

TEST(Judge, AnErrorOfTheLibraryKeepsItsWords) {
    RunOutcome outcome;
    outcome.status = RunStatus::crashed;
    outcome.message = "the library reported an error during execute: runtime error 3";
    outcome.crash = Crash{};
    outcome.crash->confirmed = true;
    EXPECT_EQ(judge(outcome, {}, std::nullopt).reason,
              "the library reported an error during execute: runtime error 3, again in a fresh worker");
}

}  // namespace
}  // namespace difftest::harness
