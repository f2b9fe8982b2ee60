#pragma once

#include <sched.h>
#include <sys/types.h>

namespace difftest::harness {

/// Keeps the judge's thread on the processor where it is, and its worker's main thread beside it, while the thread
/// waits for an answer. One of the two always sleeps, so that nothing is lost, and a message becomes a switch from one
/// to the other instead of an interrupt that wakes another processor: 7 instead of 80 microseconds there and back, on a
/// virtual machine of two processors. Where the system does not allow it, nothing happens.
class OneProcessor {
public:
    explicit OneProcessor(pid_t worker);
    OneProcessor(const OneProcessor&) = delete;
    OneProcessor& operator=(const OneProcessor&) = delete;
    ~OneProcessor();

    /// Both may go where they like again: what takes long may deserve a processor of its own.
    void let_go();

private:
    pid_t worker_;
    cpu_set_t allowed_{};
    bool holds_ = false;
};

}  // namespace difftest::harness
