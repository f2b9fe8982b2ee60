#include "harness/execute/worker_process.hpp"

#include "backends/worker/protocol/messages.hpp"
#include "harness/execute/runnable_threads.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>
#include <thread>
#include <utility>

namespace difftest::harness {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLogBytes = 4096;
constexpr milliseconds kPollStep{100};
constexpr milliseconds kFarewell{1000};
constexpr int kPatience = 8;

milliseconds since(Clock::time_point start) {
    return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

}  // namespace

WorkerProcess::~WorkerProcess() {
    if (!reaped_) {
        if (is_running() && backends::protocol::send_message(
                                process_.socket.get(), backends::protocol::encode(backends::protocol::EndRequest{}))) {
            const Clock::time_point start = Clock::now();
            while (is_running() && since(start) < kFarewell) {
                wait_once(kPollStep);
            }
        }
        end();
    }
}

bool WorkerProcess::is_running() const {
    return !reaped_ && !ends_within(milliseconds(0));
}

bool WorkerProcess::ends_within(milliseconds limit) const {
    const Clock::time_point start = Clock::now();
    while (true) {
        siginfo_t information{};
        // The zombie stays: its number, and that of its group, must not be given to anybody else yet.
        if (::waitid(P_PID, static_cast<id_t>(process_.process), &information, WEXITED | WNOHANG | WNOWAIT) != 0 ||
            information.si_pid != 0) {
            return true;
        }
        const milliseconds left = limit - since(start);
        if (left <= milliseconds(0)) {
            return false;
        }
        pollfd handle{process_.handle.get(), POLLIN, 0};
        ::poll(&handle, 1, static_cast<int>(std::min(left, kPollStep).count()));
    }
}

void WorkerProcess::read_log() {
    std::array<char, 4096> chunk;
    while (!log_closed_) {
        const ssize_t count = ::read(process_.log.get(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            log_closed_ = count == 0;
            return;
        }
        log_.append(chunk.data(), static_cast<std::size_t>(count));
        if (log_.size() > kLogBytes) {
            log_.erase(0, log_.size() - kLogBytes);
        }
    }
}

bool WorkerProcess::read_socket() {
    std::array<char, 65536> chunk;
    const ssize_t count = ::recv(process_.socket.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count > 0) {
        incoming_.append(std::string_view(chunk.data(), static_cast<std::size_t>(count)));
        return true;
    }
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        socket_closed_ = true;
    }
    return false;
}

bool WorkerProcess::wait_once(milliseconds at_most) {
    // A descriptor below 0 is left out by poll.
    std::array<pollfd, 3> sources{pollfd{socket_closed_ ? -1 : process_.socket.get(), POLLIN, 0},
                                  pollfd{log_closed_ ? -1 : process_.log.get(), POLLIN, 0},
                                  pollfd{process_.handle.get(), POLLIN, 0}};
    ::poll(sources.data(), sources.size(), static_cast<int>(at_most.count()));
    if (sources[1].revents != 0) {
        read_log();
    }
    return sources[0].revents != 0 && read_socket();
}

std::chrono::nanoseconds WorkerProcess::processor_time() const {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(process_.process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        return {};
    }
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool WorkerProcess::is_stuck(milliseconds elapsed, milliseconds limit,
                             std::chrono::nanoseconds processor_time_at_start) const {
    if (elapsed < limit) {
        return false;
    }
    const std::chrono::nanoseconds before = processor_time();
    if (before - processor_time_at_start >= limit || elapsed >= kPatience * limit) {
        return true;
    }
    // It got less than its share. Either the machine is busy, or it waits for something that never comes.
    std::this_thread::sleep_for(kPollStep);
    return processor_time() == before && !has_runnable_thread(process_.process);
}

/// `processor` (may be null): to be let go when the answer takes its time.
Reply WorkerProcess::wait_for_message(milliseconds limit, OneProcessor* processor) {
    const Clock::time_point start = Clock::now();
    std::optional<std::chrono::nanoseconds> processor_time_at_start;
    while (true) {
        if (std::optional<std::string> message = incoming_.take()) {
            return {Reply::Kind::message, std::move(*message)};
        }
        if (incoming_.has_noise()) {
            return {Reply::Kind::noise, {}};
        }
        // A worker that is well answers before anything else needs to be asked about it.
        if (wait_once(std::clamp(limit - since(start), milliseconds(1), kPollStep))) {
            continue;
        }
        if (processor != nullptr) {
            processor->let_go();
        }
        if (!processor_time_at_start) {
            processor_time_at_start = processor_time();
        }
        if (!is_running()) {
            while (read_socket()) {
            }
            std::optional<std::string> message = incoming_.take();
            return message ? Reply{Reply::Kind::message, std::move(*message)} : Reply{Reply::Kind::ended, {}};
        }
        if (socket_closed_) {
            // A process that exits closes its descriptors some time before it is seen to have ended.
            return {ends_within(kFarewell) ? Reply::Kind::ended : Reply::Kind::closed, {}};
        }
        if (is_stuck(since(start), limit, *processor_time_at_start)) {
            return {Reply::Kind::too_late, {}};
        }
    }
}

Reply WorkerProcess::ask(std::string_view message, milliseconds limit, bool beside) {
    std::optional<OneProcessor> processor;
    if (beside) {
        processor.emplace(process_.process);
    }
    if (!backends::protocol::send_message(process_.socket.get(), message)) {
        return {ends_within(kFarewell) ? Reply::Kind::ended : Reply::Kind::closed, {}};
    }
    return wait_for_message(limit, processor ? &*processor : nullptr);
}

ProcessEnd WorkerProcess::interrupt() {
    // To the main thread: that is the one which runs the backend.
    ::syscall(SYS_tgkill, process_.process, process_.process, SIGQUIT);
    ends_within(kFarewell);
    return end();
}

ProcessEnd WorkerProcess::end() {
    if (reaped_) {
        return end_;
    }
    ::kill(-process_.process, SIGKILL);
    ::kill(process_.process, SIGKILL);
    int status = 0;
    while (::waitpid(process_.process, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    read_log();
    end_ = WIFSIGNALED(status) ? ProcessEnd{WTERMSIG(status), 0} : ProcessEnd{0, WEXITSTATUS(status)};
    return end_;
}

}  // namespace difftest::harness
