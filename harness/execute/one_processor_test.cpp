#include "harness/execute/one_processor.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>

#include <sys/wait.h>

namespace difftest::harness {
namespace {

cpu_set_t allowed(pid_t process) {
    cpu_set_t processors;
    CPU_ZERO(&processors);
    ::sched_getaffinity(process, sizeof processors, &processors);
    return processors;
}

/// A process that sleeps until it is killed.
class Sleeper {
public:
    Sleeper() : process_(::fork()) {
        while (process_ == 0) {
            ::pause();
        }
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper() { end(); }

    pid_t id() const { return process_; }
    void end() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
            process_ = 0;
        }
    }

private:
    pid_t process_;
};

class OneProcessorTest : public testing::Test {
protected:
    void SetUp() override {
        if (CPU_COUNT(&before_) < 2) {
            GTEST_SKIP() << "this process may use one processor only";
        }
    }
    bool is_free(pid_t process) const {
        const cpu_set_t now = allowed(process);
        return CPU_EQUAL(&now, &before_) != 0;
    }

    const cpu_set_t before_ = allowed(0);
    Sleeper worker_;
};

TEST_F(OneProcessorTest, BothAreWhereTheThreadIsUntilItEnds) {
    {
        const OneProcessor processor(worker_.id());
        const cpu_set_t own = allowed(0);
        const cpu_set_t others = allowed(worker_.id());
        EXPECT_EQ(CPU_COUNT(&own), 1);
        EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(::sched_getcpu()), &own));
        EXPECT_TRUE(CPU_EQUAL(&own, &others));
    }
    EXPECT_TRUE(is_free(0));
    EXPECT_TRUE(is_free(worker_.id()));
}

TEST_F(OneProcessorTest, WhatTakesLongIsLetGo) {
    OneProcessor processor(worker_.id());
    processor.let_go();
    EXPECT_TRUE(is_free(0));
    EXPECT_TRUE(is_free(worker_.id()));
}

TEST_F(OneProcessorTest, AWorkerThatIsGoneHoldsNobody) {
    const pid_t gone = worker_.id();
    worker_.end();
    const OneProcessor processor(gone);
    EXPECT_TRUE(is_free(0));
}

}  // namespace
}  // namespace difftest::harness
