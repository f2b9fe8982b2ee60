#pragma once

#include "backends/worker/protocol/channel.hpp"
#include "harness/execute/one_processor.hpp"
#include "harness/execute/spawn.hpp"
#include "harness/execute/worker.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace difftest::harness {

/// How a process ended.
struct ProcessEnd {
    int signal = 0;
    int exit_code = 0;  ///< when signal is 0
};

/// What came instead of, or as, an answer.
struct Reply {
    enum class Kind : std::uint8_t {
        message,   ///< `message` is the answer
        ended,     ///< the process is dead
        closed,    ///< the process lives but has closed its end
        too_late,  ///< no answer within the limit
        noise,     ///< something that is no message
    };
    Kind kind = Kind::ended;
    std::string message;
};

/// One running worker process.
class WorkerProcess {
public:
    /// Starts it. Throws WorkerUnavailable.
    WorkerProcess(const WorkerSpec& spec, int arena_descriptor) : process_(spawn(spec, arena_descriptor)) {}
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    /// Asks the worker to end, and kills it when it does not within a moment.
    ~WorkerProcess();

    pid_t id() const { return process_.process; }
    bool is_running() const;

    /// Sends one message and waits for the answer; `beside`: the worker on this thread's processor.
    Reply ask(std::string_view message, std::chrono::milliseconds limit, bool beside = false);

    /// Makes a process that hangs write its frames into the arena, then ends it.
    ProcessEnd interrupt();

    /// Kills whatever is left of the process and its group, and says how the process ended.
    ProcessEnd end();

    /// The last bytes that it wrote to stdout and stderr.
    const std::string& log() const { return log_; }

private:
    Reply wait_for_message(std::chrono::milliseconds limit, OneProcessor* processor);
    /// Waits until something can be read or the process ends, and reads it; whether it came from the worker itself, not
    /// from its log.
    bool wait_once(std::chrono::milliseconds at_most);
    void read_log();
    bool read_socket();
    bool ends_within(std::chrono::milliseconds limit) const;
    std::chrono::nanoseconds processor_time() const;
    bool is_stuck(std::chrono::milliseconds elapsed, std::chrono::milliseconds limit,
                  std::chrono::nanoseconds processor_time_at_start) const;

    SpawnedProcess process_;
    backends::protocol::MessageBuffer incoming_;
    bool socket_closed_ = false;
    bool log_closed_ = false;
    bool reaped_ = false;
    ProcessEnd end_;
    std::string log_;
};

}  // namespace difftest::harness
