#include "harness/execute/worker.hpp"

#include "harness/execute/worker_trial.hpp"

#include <csignal>
#include <vector>

namespace difftest::harness {
namespace {

using testing::Contains;
using testing::HasSubstr;

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
    const std::string where =
        kThreadSanitized ? "libtsan.so" : "difftest-worker-misbehaving";  // it has an abort of its own
    EXPECT_THAT(outcome.message, HasSubstr("killed by SIGABRT during execute in " + where));
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
    if (!kThreadSanitized) {  // it keeps signals back until the code calls something
        EXPECT_THAT(outcome.crash->frames, Contains(HasSubstr("misbehave_by_spinning()")));
    }
}

TEST(Worker, WaitingForeverIsAHang) {
    const RunOutcome outcome = outcome_of("sleep");
    ASSERT_EQ(outcome.status, RunStatus::hung);
    EXPECT_TRUE(outcome.crash->confirmed);
}

TEST(Worker, AStoppedProcessIsAHang) {
    const RunOutcome outcome = outcome_of("stop");
    ASSERT_EQ(outcome.status, RunStatus::hung);
    EXPECT_EQ(outcome.crash->stage, "execute");
}

TEST(Worker, RunawayMemoryIsACrash) {
    if (kThreadSanitized) {
        GTEST_SKIP() << "the shadow memory of a sanitizer does not fit into any limit";
    }
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

/// What the worker needs to hold a case is not the library's doing.
TEST(Worker, ACaseThatDoesNotFitIsAnErrorOfTheHarness) {
    if (kSanitized || kThreadSanitized) {
        GTEST_SKIP() << "the shadow memory of a sanitizer does not fit into any limit";
    }
    WorkerSpec spec = misbehaving("allocate");
    spec.limits.answer = WorkerLimits{}.answer;
    spec.limits.memory_bytes = std::uint64_t{16} << 20;
    Worker worker(spec);
    const std::vector<double> large(6 << 20);  // as f32 24 MiB
    const RunOutcome outcome = worker.run(addition("large", large, large), fused_plan());
    EXPECT_EQ(outcome.status, RunStatus::harness_error);
    EXPECT_EQ(outcome.message, "out of memory during load (limit 16 MiB)");
    expect_good(worker);
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

TEST(Worker, AnErrorWhileExecutingIsACrash) {
    const RunOutcome outcome = outcome_of("fail");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.message, "the library reported an error during execute: runtime error 3");
    EXPECT_TRUE(outcome.crash->confirmed);
}

/// Not a refusal: those have an exception of their own.
TEST(Worker, AnErrorWhileCreatingIsACrash) {
    const RunOutcome outcome = outcome_of("fail_in_prepare");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_EQ(outcome.crash->stage, "create");
    EXPECT_EQ(outcome.message, "the library reported an error during create: runtime error 4");
}

TEST(Worker, ADamagedProcessIsNotBlamedOnTheNextCase) {
    Worker worker(misbehaving("poison"));
    expect_good(worker);
    const graph::Case bad = bad_addition();
    const graph::Case good = good_addition();
    expect_sums(worker.run(bad, fused_plan()));
    const RunOutcome next = worker.run(good, fused_plan());
    ASSERT_EQ(next.status, RunStatus::completed) << "alone, in a fresh worker";
    EXPECT_EQ(next.outputs.at(0).at(3), 107);
    const std::vector<Incident> incidents = worker.take_incidents();
    ASSERT_EQ(incidents.size(), 1U);
    EXPECT_EQ(incidents[0].after_case, "addition bad");
    EXPECT_EQ(incidents[0].during_case, "addition good");
    EXPECT_EQ(incidents[0].status, RunStatus::crashed);
    EXPECT_EQ(incidents[0].crash.signal, SIGABRT);
    EXPECT_EQ(incidents[0].crash.stage, "create");
    EXPECT_FALSE(incidents[0].crash.confirmed);
    EXPECT_THAT(incidents[0].message, HasSubstr("killed by SIGABRT during create"));
    expect_good(worker);
}

TEST(Worker, ABrokenHeapIsNotBlamedOnTheNextCase) {
    Worker worker(misbehaving("heap"));
    expect_good(worker);
    const graph::Case bad = bad_addition();
    const RunOutcome damaging = worker.run(bad, fused_plan());
    const bool noticed_at_once = damaging.status == RunStatus::crashed;
    if (noticed_at_once) {
        EXPECT_TRUE(damaging.crash->confirmed);
    }
    const graph::Case good = good_addition();
    const RunOutcome next = worker.run(good, fused_plan());
    EXPECT_EQ(next.status, RunStatus::completed) << next.message;
    const std::vector<Incident> incidents = worker.take_incidents();
    EXPECT_LE(incidents.size(), noticed_at_once ? 0U : 1U);
    for (const Incident& incident : incidents) {
        EXPECT_EQ(incident.after_case, "addition bad");
        EXPECT_EQ(incident.crash.signal, kSanitized ? 0 : SIGABRT);
    }
    expect_good(worker);
}

TEST(Worker, ADeathBetweenTwoCasesIsAnIncident) {
    // What a thread of a library may do later: here we kill the worker ourselves.
    Worker worker(misbehaving("correct"));
    expect_good(worker);
    const std::int64_t process = worker.process();
    ASSERT_GT(process, 0);
    ASSERT_EQ(::kill(static_cast<pid_t>(process), SIGKILL), 0);
    const graph::Case bad = bad_addition();
    // Whether its end is seen before or after the next case is sent: that case is judged in a fresh worker.
    expect_sums(worker.run(bad, fused_plan()));
    const std::vector<Incident> incidents = worker.take_incidents();
    ASSERT_EQ(incidents.size(), 1U);
    EXPECT_EQ(incidents[0].after_case, "addition good");
    EXPECT_EQ(incidents[0].crash.signal, SIGKILL);
    expect_good(worker);
}

}  // namespace
}  // namespace difftest::harness
