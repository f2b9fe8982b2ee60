#include "harness/execute/test_support.hpp"
#include "harness/execute/worker.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

/// No process stays behind, however the judge ends.
namespace difftest::harness {
namespace {

using std::chrono::steady_clock;

/// Waits until the process group is empty; orphans have become our children. False when it is not after 20 seconds.
bool group_is_gone(pid_t group) {
    const steady_clock::time_point start = steady_clock::now();
    while (steady_clock::now() - start < std::chrono::seconds(20)) {
        while (::waitpid(-group, nullptr, WNOHANG) > 0) {
        }
        if (::kill(-group, 0) != 0 && errno == ESRCH) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

/// A judge in a process of its own: runs a good case, tells the worker's process, then runs the bad case.
struct ChildJudge {
    pid_t judge = -1;
    pid_t worker = -1;
};

void judge_until_killed(const std::string& behaviour, int report) {
    WorkerSpec spec = misbehaving(behaviour);
    spec.limits.answer = std::chrono::minutes(10);
    Worker worker(spec);
    const graph::Case good = good_addition();
    const graph::Case bad = bad_addition();
    worker.run(good, fused_plan());
    const auto process = static_cast<pid_t>(worker.process());
    [[maybe_unused]] const ssize_t written = ::write(report, &process, sizeof process);
    worker.run(bad, fused_plan());
    ::pause();
}

ChildJudge start_judge(const std::string& behaviour) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::array<int, 2> report{};
    EXPECT_EQ(::pipe(report.data()), 0);
    ChildJudge child;
    child.judge = ::fork();
    if (child.judge == 0) {
        ::close(report[0]);
        judge_until_killed(behaviour, report[1]);
        ::_exit(0);
    }
    ::close(report[1]);
    EXPECT_EQ(::read(report[0], &child.worker, sizeof child.worker), static_cast<ssize_t>(sizeof child.worker));
    ::close(report[0]);
    return child;
}

class OrphanTest : public testing::TestWithParam<std::pair<const char*, int>> {};

TEST_P(OrphanTest, NoWorkerOutlivesAKilledJudge) {
    const auto [behaviour, signal] = GetParam();
    const ChildJudge child = start_judge(behaviour);
    ASSERT_GT(child.worker, 1);
    ASSERT_NE(child.worker, ::getpgrp());
    EXPECT_EQ(::kill(child.worker, 0), 0);
    // Long enough to be in the middle of the bad case; the outcome must not depend on it.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ASSERT_EQ(::kill(child.judge, signal), 0);
    ASSERT_EQ(::waitpid(child.judge, nullptr, 0), child.judge);
    EXPECT_TRUE(group_is_gone(child.worker));
}

// Idle, computing, asleep, and with a child that the library left behind.
INSTANTIATE_TEST_SUITE_P(Behaviours, OrphanTest,
                         testing::Values(std::pair{"correct", SIGKILL}, std::pair{"spin", SIGKILL},
                                         std::pair{"sleep", SIGKILL}, std::pair{"daemon", SIGKILL},
                                         std::pair{"spin", SIGTERM}),
                         [](const auto& instance) {
                             return std::string(instance.param.first) +
                                    (instance.param.second == SIGKILL ? "_SIGKILL" : "_SIGTERM");
                         });

TEST(Orphan, NothingStaysBehindWhenTheWorkerIsDestroyed) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (const char* const behaviour : {"correct", "daemon"}) {
        pid_t group = 0;
        {
            Worker worker(misbehaving(behaviour));
            const graph::Case bad = bad_addition();
            worker.describe();
            group = static_cast<pid_t>(worker.process());
            EXPECT_EQ(worker.run(bad, fused_plan()).status, RunStatus::completed);
        }
        ASSERT_GT(group, 1);
        EXPECT_TRUE(group_is_gone(group)) << behaviour;
    }
}

}  // namespace
}  // namespace difftest::harness
