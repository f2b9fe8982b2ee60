#include "harness/cli/interruption.hpp"

#include <csignal>

namespace difftest::harness::cli {
namespace {

// A handler of signals can reach nothing else.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t received = 0;

void remember(int signal) {
    received = signal;
}

void handle_by(void (*handler)(int), int flags) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interruption::Interruption() {
    received = 0;
    handle_by(remember, static_cast<int>(SA_RESTART | SA_RESETHAND));
}

Interruption::~Interruption() {
    handle_by(SIG_DFL, 0);
}

std::optional<std::string> Interruption::reason() {
    switch (received) {
        case 0: return std::nullopt;
        case SIGINT: return "interrupted by SIGINT";
        default: return "interrupted by SIGTERM";
    }
}

}  // namespace difftest::harness::cli
