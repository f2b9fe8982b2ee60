#include "harness/execute/runnable_threads.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace difftest::harness {
namespace {

/// A process that does one thing until the end of the test.
class Child {
public:
    explicit Child(void (*work)()) : process_(::fork()) {
        if (process_ == 0) {
            work();
            ::_exit(0);
        }
    }
    ~Child() {
        ::kill(-process_, SIGKILL);
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    pid_t process() const { return process_; }

    /// Until the main thread is in that state: 'S' sleeps, 'R' is runnable.
    void wait_for(char state) const {
        std::string text;
        while (text.find(std::string(") ") + state) == std::string::npos) {
            std::getline(std::ifstream("/proc/" + std::to_string(process_) + "/stat"), text);
            ::usleep(1000);
        }
    }

private:
    pid_t process_;
};

void spin() {
    while (::getppid() >= 0) {
    }
}

void sleep_forever() {
    while (true) {
        ::pause();
    }
}

void wait_for_one_that_spins() {
    ::setpgid(0, 0);  // ends with its child
    const pid_t child = ::fork();
    if (child == 0) {
        spin();
    }
    ::waitpid(child, nullptr, 0);
}

TEST(RunnableThreads, OneThatComputesIsRunnable) {
    const Child child(spin);
    child.wait_for('R');
    EXPECT_TRUE(has_runnable_thread(child.process()));
}

TEST(RunnableThreads, OneThatSleepsIsNot) {
    const Child child(sleep_forever);
    child.wait_for('S');
    EXPECT_FALSE(has_runnable_thread(child.process()));
    EXPECT_FALSE(has_runnable_thread(-1)) << "no such process";
}

TEST(RunnableThreads, OneThatWaitsForAChildThatComputesIs) {
    if (!std::ifstream("/proc/thread-self/children")) {
        GTEST_SKIP() << "this kernel lists no children";
    }
    const Child child(wait_for_one_that_spins);
    child.wait_for('S');
    EXPECT_TRUE(has_runnable_thread(child.process()));
}

}  // namespace
}  // namespace difftest::harness
