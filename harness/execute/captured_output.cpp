#include "harness/execute/captured_output.hpp"

#include "harness/execute/file_descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>

namespace difftest::harness {
namespace {

using Clock = std::chrono::steady_clock;

/// Reads until the writer closes its end; false when that takes too long.
bool read_all(int descriptor, Clock::time_point deadline, std::string& text) {
    std::array<char, 4096> buffer;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd ready{descriptor, POLLIN, 0};
        if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) == 0) {
            return false;
        }
        const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
        if (count <= 0) {
            return true;
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

std::string problem_of(int status) {
    if (WIFSIGNALED(status)) {
        return fmt::format("ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    }
    return WEXITSTATUS(status) == 0 ? "" : fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

pid_t start(const std::filesystem::path& program, const std::vector<std::string>& arguments, int output) {
    std::vector<std::string> texts{program.string()};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    pid_t process = 0;
    const int error = ::posix_spawn(&process, texts.front().c_str(), &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? process : -1;
}

}  // namespace

CapturedOutput captured_output(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                               std::chrono::milliseconds limit) {
    const Clock::time_point deadline = Clock::now() + limit;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return {"", fmt::format("cannot make a pipe: {}", std::strerror(errno))};
    }
    const FileDescriptor reader(ends[0]);
    FileDescriptor writer(ends[1]);
    const pid_t process = start(program, arguments, writer.get());
    writer.close();
    if (process < 0) {
        return {"", "cannot be started"};
    }
    CapturedOutput result;
    const bool in_time = read_all(reader.get(), deadline, result.text);
    if (!in_time) {
        ::kill(process, SIGKILL);
    }
    int status = 0;
    ::waitpid(process, &status, 0);
    result.problem = in_time ? problem_of(status) : fmt::format("no answer within {} ms", limit.count());
    return result;
}

}  // namespace difftest::harness
