#include "harness/execute/worker.hpp"

#include "harness/execute/test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace difftest::harness {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

void expect_good(Worker& worker) {
    const graph::Case good = good_addition();
    const RunOutcome outcome = worker.run(good, fused_plan());
    ASSERT_EQ(outcome.status, RunStatus::completed) << outcome.message;
    // 4+0.5, 5+0.25, 6+0.125, 7+100
    EXPECT_EQ(outcome.outputs.at(0), graph::TensorData(graph::DataType::f32, {4}, {4.5, 5.25, 6.125, 107}));
    EXPECT_THAT(outcome.unwritten, ElementsAre(0));
    EXPECT_THAT(outcome.nondeterministic, ElementsAre(0));
    EXPECT_THAT(outcome.overrun, IsEmpty());
    EXPECT_FALSE(outcome.floating_point_environment_changed);
    EXPECT_FALSE(outcome.crash);
    EXPECT_THAT(worker.take_incidents(), IsEmpty());
}

/// The outcome of the bad case between two good ones, all in one Worker.
RunOutcome outcome_of(const std::string& behaviour, const LoadOptions& load = {}) {
    Worker worker(misbehaving(behaviour));
    expect_good(worker);
    const graph::Case bad = bad_addition();
    RunOutcome outcome = worker.load(bad, load).run(fused_plan());
    expect_good(worker);
    return outcome;
}

void expect_sums(const RunOutcome& outcome) {
    ASSERT_EQ(outcome.status, RunStatus::completed) << outcome.message;
    // 1+10, 2+20, 3+30
    EXPECT_EQ(outcome.outputs.at(0), graph::TensorData(graph::DataType::f32, {3}, {11, 22, 33}));
}

TEST(Worker, RunsACorrectBackend) {
    const RunOutcome outcome = outcome_of("correct");
    expect_sums(outcome);
    EXPECT_EQ(outcome.partitions.at(0).implementation, "misbehaving:scalar");
    EXPECT_EQ(outcome.contract, contract::Contract());
}

TEST(Worker, AsksForPlansAndDescription) {
    Worker worker(misbehaving("correct"));
    EXPECT_EQ(worker.describe().name, "misbehaving");
    const PlansOutcome plans = worker.plans(good_addition());
    EXPECT_FALSE(plans.failure);
    ASSERT_EQ(plans.offers.size(), 2U);
    EXPECT_EQ(std::get<backends::Plan>(plans.offers[0]).partitions.at(0).nodes, std::vector<std::string>{"good"});
    EXPECT_EQ(std::get<backends::Refusal>(plans.offers[1]).reason, "an addition cannot be split");
    EXPECT_EQ(worker.starts(), 1);
}

TEST(Worker, RunsManyPlansOfOneLoadedCase) {
    Worker worker(misbehaving("correct"));
    const graph::Case first = good_addition();
    const graph::Case second = bad_addition();
    LoadedCase loaded = worker.load(first);
    LoadedCase other = worker.load(second);
    for (int turn = 0; turn < 3; ++turn) {
        EXPECT_EQ(loaded.run(fused_plan()).outputs.at(0).at(3), 107);
        expect_sums(other.run(fused_plan()));
    }
    EXPECT_EQ(worker.starts(), 1);
}

TEST(Worker, SegmentationFaultIsACrashWithFrames) {
    const RunOutcome outcome = outcome_of("segfault");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->signal, SIGSEGV);
    EXPECT_EQ(outcome.crash->stage, "execute");
    EXPECT_TRUE(outcome.crash->confirmed);
    ASSERT_FALSE(outcome.crash->frames.empty());
    EXPECT_THAT(outcome.crash->frames[0], HasSubstr("difftest-worker-misbehaving+0x"));
    EXPECT_THAT(outcome.crash->frames[0], HasSubstr("misbehave_by_segfault()"));
    EXPECT_THAT(outcome.message, HasSubstr("killed by SIGSEGV during execute in difftest-worker-misbehaving"));
}

TEST(Worker, TheStageOfACrashIsTold) {
    EXPECT_EQ(outcome_of("segfault_in_prepare").crash.value().stage, "create");
    Worker worker(misbehaving("segfault_in_plans"));
    const graph::Case bad = bad_addition();
    const PlansOutcome plans = worker.plans(bad);
    ASSERT_TRUE(plans.failure);
    EXPECT_EQ(plans.failure->status, RunStatus::crashed);
    EXPECT_EQ(plans.failure->crash->stage, "plan");
    EXPECT_EQ(plans.failure->crash->signal, SIGSEGV);
    EXPECT_TRUE(plans.failure->crash->confirmed);
    expect_good(worker);
}

TEST(Worker, StackOverflowIsACrashWithFrames) {
    const RunOutcome outcome = outcome_of("recurse");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->signal, SIGSEGV);
    EXPECT_THAT(outcome.crash->frames, Contains(HasSubstr("misbehave_by_recursion(int)")));
}

TEST(Worker, ACrashInAnotherThreadHasItsFrames) {
    const RunOutcome outcome = outcome_of("segfault_in_thread");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->signal, SIGSEGV);
    EXPECT_THAT(outcome.crash->frames.at(0), HasSubstr("misbehave_by_segfault()"));
}

#if defined(__x86_64__)
TEST(Worker, ACrashInGeneratedCodeNamesItsCaller) {
    const RunOutcome outcome = outcome_of("segfault_in_generated_code");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->signal, SIGSEGV);
    EXPECT_EQ(outcome.crash->frames.at(0), "generated code");
    EXPECT_THAT(outcome.crash->frames, Contains(HasSubstr("misbehave_in_generated_code()")));
}
#endif

TEST(Worker, AbortIsACrash) {
    const RunOutcome outcome = outcome_of("abort");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->signal, SIGABRT);
    EXPECT_TRUE(outcome.crash->confirmed);
    EXPECT_THAT(outcome.message, HasSubstr("killed by SIGABRT during execute in difftest-worker-misbehaving"));
}

TEST(Worker, ExitIsACrashWithItsCode) {
    const RunOutcome outcome = outcome_of("exit");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->signal, 0);
    EXPECT_EQ(outcome.crash->exit_code, 0);
    EXPECT_TRUE(outcome.crash->confirmed);
    EXPECT_EQ(outcome.message, "exited with code 0 during execute");
}

TEST(Worker, SpinningIsAHangWithFrames) {
    const RunOutcome outcome = outcome_of("spin");
    ASSERT_EQ(outcome.status, RunStatus::hung);
    EXPECT_EQ(outcome.crash->stage, "execute");
    EXPECT_TRUE(outcome.crash->confirmed);
    EXPECT_THAT(outcome.crash->frames, Contains(HasSubstr("misbehave_by_spinning()")));
}

TEST(Worker, WaitingForeverIsAHang) {
    const RunOutcome outcome = outcome_of("sleep");
    ASSERT_EQ(outcome.status, RunStatus::hung);
    EXPECT_TRUE(outcome.crash->confirmed);
}

TEST(Worker, RunawayMemoryIsACrash) {
    // A sanitized worker needs about a second to reach its limit: as long as a hang is given in these tests.
    WorkerSpec spec = misbehaving("allocate");
    spec.limits.answer = WorkerLimits{}.answer;
    Worker worker(spec);
    expect_good(worker);
    const graph::Case bad = bad_addition();
    const RunOutcome outcome = worker.run(bad, fused_plan());
    expect_good(worker);
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->stage, "execute");
    EXPECT_TRUE(outcome.crash->confirmed);
    if (!kSanitized) {
        EXPECT_EQ(outcome.message, "out of memory during execute (limit 512 MiB)");
    }
}

TEST(Worker, AClosedSocketIsACrash) {
    const RunOutcome outcome = outcome_of("close");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->signal, 0);
    EXPECT_EQ(outcome.message, "closed its socket during execute");
}

TEST(Worker, GarbageIsAHarnessError) {
    const RunOutcome outcome = outcome_of("garbage");
    ASSERT_EQ(outcome.status, RunStatus::harness_error);
    EXPECT_THAT(outcome.message, HasSubstr("the worker answered garbage"));
}

TEST(Worker, AnExceptionOfTheBackendIsAHarnessError) {
    const RunOutcome outcome = outcome_of("throw");
    ASSERT_EQ(outcome.status, RunStatus::harness_error);
    EXPECT_EQ(outcome.message, "a bug in the backend");
}

TEST(Worker, ARefusalIsUnsupported) {
    const RunOutcome outcome = outcome_of("refuse");
    ASSERT_EQ(outcome.status, RunStatus::unsupported);
    EXPECT_EQ(outcome.message, "no such kernel");
}

TEST(Worker, AnErrorWhileExecutingIsACrash) {
    const RunOutcome outcome = outcome_of("fail");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.message, "runtime error 3");
    EXPECT_TRUE(outcome.crash->confirmed);
}

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

TEST(Worker, AChangedRoundingModeIsTold) {
    const RunOutcome outcome = outcome_of("rounding_mode");
    expect_sums(outcome);
    EXPECT_TRUE(outcome.floating_point_environment_changed);
}

TEST(Worker, ResultsThatVaryAreNondeterministic) {
    for (const char* const behaviour : {"vary", "vary_when_fresh"}) {
        const RunOutcome outcome = outcome_of(behaviour);
        ASSERT_EQ(outcome.status, RunStatus::completed) << behaviour;
        EXPECT_THAT(outcome.nondeterministic, ElementsAre(1)) << behaviour;
        EXPECT_THAT(outcome.unwritten, ElementsAre(0)) << behaviour;
    }
}

TEST(Worker, AForkedChildDoesNotAnswer) {
    const RunOutcome outcome = outcome_of("fork");
    expect_sums(outcome);
    EXPECT_THAT(outcome.nondeterministic, ElementsAre(0));
}

TEST(Worker, ADamagedProcessIsNotBlamedOnTheNextCase) {
    Worker worker(misbehaving("poison"));
    expect_good(worker);
    const graph::Case bad = bad_addition();
    const graph::Case good = good_addition();
    expect_sums(worker.run(bad, fused_plan()));
    const RunOutcome next = worker.run(good, fused_plan());
    ASSERT_EQ(next.status, RunStatus::crashed);
    EXPECT_EQ(next.crash->signal, SIGABRT);
    EXPECT_EQ(next.crash->stage, "create");
    EXPECT_FALSE(next.crash->confirmed);
    expect_good(worker);
}

TEST(Worker, ABrokenHeapIsNotBlamedOnTheNextCase) {
    Worker worker(misbehaving("heap"));
    expect_good(worker);
    const graph::Case bad = bad_addition();
    const graph::Case good = good_addition();
    const RunOutcome damaging = worker.run(bad, fused_plan());
    if (damaging.status == RunStatus::crashed) {
        EXPECT_TRUE(damaging.crash->confirmed) << "noticed at once";
    }
    const RunOutcome next = worker.run(good, fused_plan());
    if (next.status == RunStatus::crashed) {
        EXPECT_FALSE(next.crash->confirmed);
    }
    expect_good(worker);
}

TEST(Worker, MuchTalkBlocksNobodyAndItsEndIsKept) {
    expect_sums(outcome_of("chatter"));
    const RunOutcome outcome = outcome_of("chatter_and_abort");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_THAT(outcome.crash->log, HasSubstr("#\nthe last words"));
    EXPECT_LE(outcome.crash->log.size(), 4096U);
}

TEST(Worker, AStoppedProcessIsAHang) {
    const RunOutcome outcome = outcome_of("stop");
    ASSERT_EQ(outcome.status, RunStatus::hung);
    EXPECT_EQ(outcome.crash->stage, "execute");
}

TEST(Worker, OutlivesTheThreadThatStartedIt) {
    Worker worker(misbehaving("correct"));
    std::thread([&] { expect_good(worker); }).join();
    expect_good(worker);
    EXPECT_EQ(worker.starts(), 1);
}

TEST(Worker, LargeAndSmallCasesTakeTurns) {
    // 3 * 2 tensors of 40 MiB and a copy: more than the arena keeps, so that it gives its memory back each time.
    constexpr std::int64_t kElements = 10 << 20;
    graph::Case large = addition("large", {}, {});
    for (graph::Tensor& tensor : large.graph.tensors) {
        tensor.shape = {kElements};
    }
    large.data[0] = graph::TensorData(graph::DataType::f32, {kElements});
    large.data[1] = large.data[0];
    large.data[0].set(kElements - 1, 3);
    large.data[1].set(kElements - 1, 4);
    WorkerSpec spec = misbehaving("correct");
    spec.limits.answer = std::chrono::seconds(30);
    Worker worker(spec);
    for (int turn = 0; turn < 2; ++turn) {
        const RunOutcome outcome = worker.run(large, fused_plan());
        ASSERT_EQ(outcome.status, RunStatus::completed) << outcome.message;
        EXPECT_EQ(outcome.outputs.at(0).at(kElements - 1), 7);
        EXPECT_THAT(outcome.overrun, IsEmpty());
        expect_good(worker);
    }
    EXPECT_EQ(worker.starts(), 1);
}

TEST(Worker, AMissingProgramIsOneLine) {
    WorkerSpec spec;
    spec.program = "/nowhere/difftest-worker-none";
    Worker worker(spec);
    try {
        worker.describe();
        FAIL() << "must throw";
    } catch (const WorkerUnavailable& error) {
        EXPECT_STREQ(error.what(), "/nowhere/difftest-worker-none: cannot start the worker: No such file or directory");
    }
    const graph::Case good = good_addition();
    EXPECT_EQ(worker.run(good, fused_plan()).status, RunStatus::harness_error);
}

TEST(Worker, ALibraryThatCannotBeLoadedIsOneLine) {
    Worker worker(misbehaving("unavailable"));
    try {
        worker.describe();
        FAIL() << "must throw";
    } catch (const WorkerUnavailable& error) {
        EXPECT_THAT(error.what(), HasSubstr("misbehaving: libfoo.so.2: cannot open shared object file"));
    }
}

TEST(Worker, ACrashWhileStartingIsOneLine) {
    Worker worker(misbehaving("segfault_at_start"));
    try {
        worker.describe();
        FAIL() << "must throw";
    } catch (const WorkerUnavailable& error) {
        EXPECT_THAT(error.what(), HasSubstr("misbehaving: killed by SIGSEGV during start"));
    }
}

TEST(Worker, AnotherProgramIsNoWorker) {
    WorkerSpec spec;
    spec.program = "/bin/true";
    EXPECT_THROW(Worker(spec).describe(), WorkerUnavailable);
}

TEST(Worker, ADeathBetweenTwoCasesIsAnIncident) {
    // The heap of a library that dies in a thread of its own: here we kill it ourselves.
    Worker worker(misbehaving("correct"));
    expect_good(worker);
    const std::int64_t process = worker.process();
    ASSERT_GT(process, 0);
    ASSERT_EQ(::kill(static_cast<pid_t>(process), SIGKILL), 0);
    const graph::Case bad = bad_addition();
    RunOutcome outcome = worker.run(bad, fused_plan());
    if (outcome.status == RunStatus::completed) {
        expect_sums(outcome);
        const std::vector<Incident> incidents = worker.take_incidents();
        ASSERT_EQ(incidents.size(), 1U);
        EXPECT_EQ(incidents[0].after_case, "addition good");
        EXPECT_EQ(incidents[0].crash.signal, SIGKILL);
    } else {
        EXPECT_FALSE(outcome.crash->confirmed) << "it died before we looked";
    }
    expect_good(worker);
}

TEST(Worker, HoldsNoMoreAfterManyCases) {
    Worker worker(misbehaving("correct"));
    const graph::Case good = good_addition();
    const auto run = [&](int times) {
        for (int turn = 0; turn < times; ++turn) {
            ASSERT_EQ(worker.run(good, fused_plan()).status, RunStatus::completed);
        }
    };
    run(100);
    const WorkerResources before = worker.resources();
    run(3000);
    const WorkerResources after = worker.resources();
    EXPECT_EQ(after.descriptors, before.descriptors);
    EXPECT_EQ(after.threads, before.threads);
    // The sanitizer keeps freed blocks for a while.
    EXPECT_LT(after.resident_bytes, before.resident_bytes + ((kSanitized ? 512 : 8) << 20));
    EXPECT_EQ(worker.starts(), 1);
}

}  // namespace
}  // namespace difftest::harness
