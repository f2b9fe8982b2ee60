#include "harness/execute/worker.hpp"

#include "harness/execute/checked_heap.hpp"
#include "harness/execute/worker_trial.hpp"

#include <csignal>
#include <string>
#include <vector>

namespace difftest::harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Worker, AWriteBeyondABufferIsAnOverrun) {
    const RunOutcome outcome = outcome_of("write_beyond");
    expect_sums(outcome);
    EXPECT_THAT(outcome.overrun, ElementsAre("sum"));
}

TEST(Worker, AWriteBeforeABufferIsAnOverrun) {
    const RunOutcome outcome = outcome_of("write_before");
    expect_sums(outcome);
    EXPECT_THAT(outcome.overrun, ElementsAre("sum"));
}

TEST(Worker, GuardsTurnAccessBeyondABufferIntoACrash) {
    for (const char* const behaviour : {"write_beyond_always", "read_beyond"}) {
        const RunOutcome outcome = outcome_of(behaviour);
        ASSERT_EQ(outcome.status, RunStatus::crashed) << behaviour;
        EXPECT_EQ(outcome.crash->signal, SIGSEGV);
        EXPECT_EQ(outcome.crash->stage, "execute");
    }
}

TEST(Worker, AlignedBuffersAreWatchedByPatterns) {
    const RunOutcome outcome = outcome_of("write_beyond_always", LoadOptions{64});
    expect_sums(outcome);
    EXPECT_THAT(outcome.overrun, ElementsAre("sum"));
}

TEST(Worker, ASkippedElementIsUnwritten) {
    const RunOutcome outcome = outcome_of("skip_first");
    ASSERT_EQ(outcome.status, RunStatus::completed);
    EXPECT_THAT(outcome.unwritten, ElementsAre(1));
    EXPECT_THAT(outcome.nondeterministic, ElementsAre(0));
    EXPECT_THAT(outcome.overrun, IsEmpty());
}

TEST(Worker, AFlippedConstantIsAnOverrun) {
    const RunOutcome outcome = outcome_of("flip_constant");
    ASSERT_EQ(outcome.status, RunStatus::completed);
    EXPECT_THAT(outcome.overrun, ElementsAre("addend"));
}

TEST(Worker, WhatTheBackendTellsOfItsOwnMemoryIsAnOverrun) {
    const RunOutcome outcome = outcome_of("damage_of_its_own_memory");
    expect_sums(outcome);
    EXPECT_THAT(outcome.overrun, ElementsAre("3 lanes of padding are not zero"))
        << "once, although two executables tell";
}

TEST(Worker, ACheckedHeapShowsAWriteBehindABlockInTheCaseThatDoesIt) {
    const auto checked_heap = checked_heap_environment();
    if (checked_heap.empty()) {
        GTEST_SKIP() << "no checked heap here: a sanitized build, or not the GNU C library";
    }
    WorkerSpec spec = misbehaving("heap_slack");
    expect_sums(Worker(spec).run(bad_addition(), fused_plan()));
    spec.environment = checked_heap;
    const RunOutcome outcome = Worker(spec).run(bad_addition(), fused_plan());
    EXPECT_EQ(outcome.status, RunStatus::crashed) << outcome.message;
    ASSERT_TRUE(outcome.crash);
    EXPECT_THAT(outcome.crash->log, testing::HasSubstr("free(): invalid pointer"));
}

TEST(Worker, AChangedFloatingPointEnvironmentIsTold) {
    std::vector<std::string> behaviours{"rounding_mode"};
#if defined(__x86_64__)
    behaviours.insert(behaviours.end(), {"flush_to_zero", "x87_precision", "mmx"});
#endif
    for (const std::string& behaviour : behaviours) {
        const RunOutcome outcome = outcome_of(behaviour);
        expect_sums(outcome);
        EXPECT_TRUE(outcome.floating_point_environment_changed) << behaviour;
        EXPECT_THAT(outcome.overrun, IsEmpty()) << behaviour;
    }
}

TEST(Worker, ResultsThatVaryAreNondeterministic) {
    for (const char* const behaviour : {"vary", "vary_when_fresh"}) {
        const RunOutcome outcome = outcome_of(behaviour);
        ASSERT_EQ(outcome.status, RunStatus::completed) << behaviour;
        EXPECT_THAT(outcome.nondeterministic, ElementsAre(1)) << behaviour;
        EXPECT_THAT(outcome.unwritten, ElementsAre(0)) << behaviour;
    }
}

TEST(Worker, AForkedChildDoesNotAnswerButIsSeen) {
    for (const char* const behaviour : {"fork", "daemon"}) {
        const RunOutcome outcome = outcome_of(behaviour);
        expect_sums(outcome);
        EXPECT_THAT(outcome.nondeterministic, ElementsAre(0)) << behaviour;
        EXPECT_TRUE(outcome.left_processes) << behaviour;
    }
}

TEST(Worker, AChildThatWasWaitedForIsNobodysBusiness) {
    const RunOutcome outcome = outcome_of("fork_and_wait");
    expect_sums(outcome);
    EXPECT_FALSE(outcome.left_processes);
}

TEST(Worker, AProcessThatDamagedAnythingRunsNothingElse) {
    for (const char* const behaviour : {"write_beyond", "flip_constant", "rounding_mode", "fork"}) {
        Worker worker(misbehaving(behaviour));
        expect_good(worker);
        const std::int64_t before = worker.process();
        const graph::Case bad = bad_addition();
        EXPECT_EQ(worker.run(bad, fused_plan()).status, RunStatus::completed);
        EXPECT_NE(worker.process(), before) << behaviour;
        expect_good(worker);
        EXPECT_EQ(worker.starts(), 2) << behaviour;
    }
}

TEST(Worker, KnowsWhoRanBefore) {
    Worker worker(misbehaving("correct"));
    const graph::Case good = good_addition();
    const graph::Case bad = bad_addition();
    LoadedCase first = worker.load(good);
    LoadedCase second = worker.load(bad);
    EXPECT_EQ(first.predecessor(), "");
    first.run(fused_plan());
    EXPECT_EQ(first.predecessor(), "") << "itself";
    EXPECT_EQ(second.predecessor(), "addition good");
    second.run(fused_plan());
    EXPECT_EQ(second.predecessor(), "addition good");
    EXPECT_EQ(first.predecessor(), "addition bad");
    expect_sums(second.run_fresh(fused_plan()));
    EXPECT_EQ(second.predecessor(), "");
    EXPECT_EQ(worker.starts(), 2);
}

}  // namespace
}  // namespace difftest::harness
