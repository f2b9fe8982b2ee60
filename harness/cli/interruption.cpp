#include "harness/cli/interruption.hpp"

#include <csignal>
#include <ctime>

namespace difftest::harness::cli {
namespace {

// A handler of signals can reach nothing else.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t received = 0;
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t received_at = 0;

int seconds_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int>(now.tv_sec);
}

/// One request may come twice: `timeout` signals the process and then its group.
void remember(int signal) {
    constexpr int kSameRequest = 1;
    if (received == 0) {
        received = signal;
        received_at = seconds_now();
    } else if (seconds_now() - received_at > kSameRequest) {
        ::signal(signal, SIG_DFL);
        ::raise(signal);
    }
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
