#include "harness/cli/interruption.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace difftest::harness::cli {
namespace {

// A handler of signals can reach nothing else; all threads that judge read it.
static_assert(std::atomic<int>::is_always_lock_free);
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<int> received = 0;
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<int> received_at = 0;

int seconds_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int>(now.tv_sec);
}

/// One request may come twice: `timeout` signals the process and then its group.
void remember(int signal) {
    constexpr int kSameRequest = 1;
    const int interrupted = errno;  // of whatever the signal came into
    if (received == 0) {
        received_at = seconds_now();
        received = signal;
    } else if (seconds_now() - received_at > kSameRequest) {
        ::signal(signal, SIG_DFL);
        ::raise(signal);
    }
    errno = interrupted;
}

void handle_by(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interruption::Interruption() {
    received = 0;
    handle_by(remember);
}

Interruption::~Interruption() {
    handle_by(SIG_DFL);
}

std::optional<std::string> Interruption::reason() {
    switch (received) {
        case 0: return std::nullopt;
        case SIGINT: return "interrupted by SIGINT";
        default: return "interrupted by SIGTERM";
    }
}

}  // namespace difftest::harness::cli
