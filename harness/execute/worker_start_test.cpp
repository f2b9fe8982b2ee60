#include "harness/execute/worker.hpp"

#include "harness/execute/worker_trial.hpp"

namespace difftest::harness {
namespace {

using testing::HasSubstr;

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

TEST(Worker, TellsTheEnvironmentThatLoadingTheLibraryLeft) {
#if defined(__x86_64__)
    // Intel SDM, volume 1: all exceptions masked, to nearest even, nothing flushed; x87 with 64 bits of precision.
    const WorkerResources clean = Worker(misbehaving("correct")).resources();
    EXPECT_EQ(clean.vector_control, 0x1F80U);
    EXPECT_EQ(clean.x87_control, 0x037FU);
    EXPECT_EQ(Worker(misbehaving("flush_to_zero_at_start")).resources().vector_control, 0x9F80U);
#endif
}

}  // namespace
}  // namespace difftest::harness
