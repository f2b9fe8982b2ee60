#include "backends/process/engine_process.hpp"

#include "backends/backend.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

namespace difftest::backends {
namespace {

constexpr int kNotExecutable = 127;

/// After a fork: async-signal-safe calls only.
[[noreturn]] void become_engine(const char* command, int input, int output, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < SIGRTMIN; ++signal) {
        ::sigaction(signal, &standard, nullptr);
    }
    if (::getppid() == parent && ::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0) {
        ::execl("/bin/sh", "sh", "-c", command, nullptr);
    }
    ::_exit(kNotExecutable);
}

std::string ending_of(int status) {
    if (WIFSIGNALED(status)) {
        return fmt::format("was killed by {}", ::strsignal(WTERMSIG(status)));
    }
    const int code = WEXITSTATUS(status);
    return fmt::format("ended with exit code {}{}", code, code == kNotExecutable ? " (no such command?)" : "");
}

/// Whether the child has ended within that time; then `status` says how.
bool has_ended(pid_t process, int& status, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (::waitpid(process, &status, WNOHANG) != 0) {
            return true;
        }
        if (std::chrono::steady_clock::now() >= end) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace

EngineProcess::EngineProcess(const std::string& command) {
    // A socket, not a pipe: writing to an engine that has ended must not raise SIGPIPE here.
    std::array<int, 2> input{-1, -1};
    std::array<int, 2> output{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input.data()) != 0 ||
        ::pipe2(output.data(), O_CLOEXEC) != 0) {
        throw BackendError(fmt::format("the engine cannot be started: {}", std::strerror(errno)));
    }
    const std::string line = "exec " + command;
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) {
        become_engine(line.c_str(), input[1], output[1], parent);
    }
    ::close(input[1]);
    ::close(output[1]);
    to_engine_ = input[0];
    from_engine_ = output[0];
    if (process_ < 0) {
        throw BackendError(fmt::format("the engine cannot be started: {}", std::strerror(errno)));
    }
    for (const int descriptor : {to_engine_, from_engine_}) {
        ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    }
}

EngineProcess::~EngineProcess() {
    ::close(to_engine_);
    ::close(from_engine_);
    int status = 0;
    if (process_ > 0 && !has_ended(process_, status, std::chrono::milliseconds(500))) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, &status, 0);
    }
}

ProcessMessage EngineProcess::ask(const ProcessMessage& request, const ProcessLimits& limits) {
    read_some();
    refuse_surplus();
    try {
        transfer(encode(request), limits);
        std::size_t used = 0;
        ProcessMessage answer = decode(received_, used, limits);
        received_.erase(0, used);
        refuse_surplus();
        return answer;
    } catch (const ProcessProtocolError& error) {
        throw BackendError(fmt::format("the engine's answer to \"{}\": {}", request.kind, error.what()));
    }
}

void EngineProcess::refuse_surplus() const {
    if (!received_.empty()) {
        throw BackendError(fmt::format("the engine wrote {} bytes more than its answer has", received_.size()));
    }
}

/// Writes and reads at the same time: an engine may begin to answer before it has read everything.
void EngineProcess::transfer(std::string_view request, const ProcessLimits& limits) {
    while (!request.empty() || !is_complete(limits)) {
        std::array<pollfd, 2> waits{{{from_engine_, POLLIN, 0}, {to_engine_, POLLOUT, 0}}};
        if (::poll(waits.data(), request.empty() ? 1 : 2, -1) < 0 && errno != EINTR) {
            throw BackendError(fmt::format("the engine cannot be waited for: {}", std::strerror(errno)));
        }
        if (!request.empty() && waits[1].revents != 0) {
            const ssize_t sent = ::send(to_engine_, request.data(), request.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN && errno != EINTR) {
                fail_because_it_ended();
            }
            request.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
        }
        if (waits[0].revents != 0 && !read_some()) {
            fail_because_it_ended();
        }
    }
}

/// False at the end of what the engine writes. What it has written is read into memory piece by piece, so that no more
/// than a piece lies there beyond what is_complete allows.
bool EngineProcess::read_some() {
    std::array<char, 1 << 16> piece{};
    const ssize_t count = ::read(from_engine_, piece.data(), piece.size());
    if (count > 0) {
        received_.append(piece.data(), static_cast<std::size_t>(count));
    }
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

/// Whether a whole message was received. Throws ProcessProtocolError as soon as it can be none.
bool EngineProcess::is_complete(const ProcessLimits& limits) const {
    const std::size_t end = std::string_view(received_).substr(0, limits.header_bytes).find('\n');
    if (end == std::string::npos) {
        if (received_.size() >= limits.header_bytes) {
            throw ProcessProtocolError(
                fmt::format("process protocol: no header line within {} bytes", limits.header_bytes));
        }
        return false;
    }
    const ProcessHeader header = parse_header(std::string_view(received_).substr(0, end), limits);
    return received_.size() - end - 1 >= static_cast<std::size_t>(header.tensor_bytes);
}

void EngineProcess::fail_because_it_ended() {
    int status = 0;
    if (has_ended(process_, status, std::chrono::milliseconds(500))) {
        process_ = -1;
        throw BackendError(fmt::format("the engine {} instead of answering", ending_of(status)));
    }
    throw BackendError("the engine has closed its stdin or stdout instead of answering");
}

}  // namespace difftest::backends
