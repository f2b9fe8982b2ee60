#include "harness/execute/spawn.hpp"

#include "backends/worker/protocol/arena_layout.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace difftest::harness {
namespace {

using namespace backends::protocol;

/// Above every number that a worker finds its descriptors under, so that none is overwritten before it is moved.
constexpr int kLowestOwnDescriptor = 32;

[[noreturn]] void fail(const WorkerSpec& spec, const char* what, int error) {
    throw WorkerUnavailable(fmt::format("{}: {}: {}", spec.program.string(), what, std::strerror(error)));
}

FileDescriptor moved_up(const WorkerSpec& spec, int descriptor) {
    FileDescriptor original(descriptor);
    FileDescriptor result(::fcntl(descriptor, F_DUPFD_CLOEXEC, kLowestOwnDescriptor));
    if (result.get() < 0) {
        fail(spec, "cannot open a descriptor for the worker", errno);
    }
    return result;
}

struct Pipe {
    FileDescriptor reader;
    FileDescriptor writer;
};

Pipe make_pipe(const WorkerSpec& spec) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail(spec, "cannot make a pipe", errno);
    }
    return {moved_up(spec, ends[0]), moved_up(spec, ends[1])};
}

/// Our own variables, those of the spec instead or in addition.
std::vector<std::string> environment_of(const WorkerSpec& spec) {
    std::vector<std::pair<std::string, std::string>> additions = spec.environment;
#if defined(__SANITIZE_ADDRESS__)
    // A worker of the same build: let our own handler see the signals, and end by a signal as without the sanitizer.
    const char* const options = std::getenv("ASAN_OPTIONS");
    additions.emplace_back(
        "ASAN_OPTIONS", fmt::format("{}:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:"
                                    "abort_on_error=1:use_sigaltstack=0:detect_leaks=0:allocator_may_return_null=0:"
                                    "hard_rss_limit_mb={}",
                                    options == nullptr ? "" : options, spec.limits.memory_bytes >> 20));
#endif
    std::vector<std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('='));
        bool replaced = false;
        for (const auto& [added, value] : additions) {
            replaced = replaced || added == name;
        }
        if (!replaced) {
            variables.emplace_back(text);
        }
    }
    for (const auto& [name, value] : additions) {
        variables.push_back(name + "=" + value);
    }
    return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// Everything that the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct ChildPlan {
    const char* program;
    char** arguments;
    char** environment;
    pid_t judge;
    int null;
    int socket;
    int arena;
    int lifeline;
    int log;
    int failure;
};

void reset_signals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < SIGRTMIN; ++signal) {
        ::sigaction(signal, &standard, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void volunteer_for_memory_shortage() {
    const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        [[maybe_unused]] const ssize_t written = ::write(file, "1000", 4);
        ::close(file);
    }
}

[[noreturn]] void become_worker(const ChildPlan& plan) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != plan.judge) {
        ::_exit(127);
    }
    reset_signals();
    volunteer_for_memory_shortage();
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    const bool connected = ::dup2(plan.null, STDIN_FILENO) >= 0 && ::dup2(plan.log, STDOUT_FILENO) >= 0 &&
                           ::dup2(plan.log, STDERR_FILENO) >= 0 && ::dup2(plan.socket, kSocketDescriptor) >= 0 &&
                           ::dup2(plan.arena, kArenaDescriptor) >= 0 && ::dup2(plan.lifeline, kLifelineDescriptor) >= 0;
    if (connected) {
        // Whatever else the judge has open is not the worker's business.
        ::syscall(SYS_close_range, kLifelineDescriptor + 1, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
        ::execve(plan.program, plan.arguments, plan.environment);
    }
    const int error = errno;
    [[maybe_unused]] const ssize_t written = ::write(plan.failure, &error, sizeof error);
    ::_exit(127);
}

/// Nothing when the program was started, else why not: the pipe closes by itself at exec.
int read_failure(int descriptor) {
    int error = 0;
    ssize_t count = 0;
    while ((count = ::read(descriptor, &error, sizeof error)) < 0 && errno == EINTR) {
    }
    return count == static_cast<ssize_t>(sizeof error) ? error : 0;
}

}  // namespace

SpawnedProcess spawn(const WorkerSpec& spec, int arena_descriptor) {
    std::array<int, 2> sockets{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
        fail(spec, "cannot make a socket pair", errno);
    }
    FileDescriptor own_socket = moved_up(spec, sockets[0]);
    const timeval send_limit{30, 0};
    ::setsockopt(own_socket.get(), SOL_SOCKET, SO_SNDTIMEO, &send_limit, sizeof send_limit);
    const FileDescriptor child_socket = moved_up(spec, sockets[1]);
    Pipe lifeline = make_pipe(spec);
    Pipe log = make_pipe(spec);
    Pipe failure = make_pipe(spec);
    const FileDescriptor null = moved_up(spec, ::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const FileDescriptor arena(::fcntl(arena_descriptor, F_DUPFD_CLOEXEC, kLowestOwnDescriptor));
    ::fcntl(log.reader.get(), F_SETFL, O_NONBLOCK);

    std::vector<std::string> arguments{spec.program.string()};
    arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
    std::vector<std::string> environment = environment_of(spec);
    std::vector<char*> argument_pointers = pointers_to(arguments);
    std::vector<char*> environment_pointers = pointers_to(environment);
    const ChildPlan plan{spec.program.c_str(),
                         argument_pointers.data(),
                         environment_pointers.data(),
                         ::getpid(),
                         null.get(),
                         child_socket.get(),
                         arena.get(),
                         lifeline.reader.get(),
                         log.writer.get(),
                         failure.writer.get()};
    const pid_t process = ::fork();
    if (process == 0) {
        become_worker(plan);
    }
    if (process < 0) {
        fail(spec, "cannot start a process", errno);
    }
    ::setpgid(process, process);
    failure.writer.close();
    if (const int error = read_failure(failure.reader.get()); error != 0) {
        ::waitpid(process, nullptr, 0);
        fail(spec, "cannot start the worker", error);
    }
    return {process, FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0))), std::move(own_socket),
            std::move(lifeline.writer), std::move(log.reader)};
}

}  // namespace difftest::harness
