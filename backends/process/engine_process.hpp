#pragma once

#include "backends/process/message.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>

namespace difftest::backends {

/// An engine that runs as a child of this process and speaks the process protocol on its stdin and stdout; what it
/// writes to stderr goes where this process's own goes. It is killed with its parent and never outlives this object.
class EngineProcess {
public:
    /// Starts `/bin/sh -c "exec COMMAND"`: the command is executed with the rights of whoever started this program.
    /// Throws BackendError when no process can be started.
    explicit EngineProcess(const std::string& command);
    EngineProcess(const EngineProcess&) = delete;
    EngineProcess& operator=(const EngineProcess&) = delete;
    ~EngineProcess();

    /// Sends a request and waits for the answer, without a limit of time: who watches this process has one. Throws
    /// BackendError, in one line: the engine has ended (how), answered what is no message, more than one, or more than
    /// the limits.
    ProcessMessage ask(const ProcessMessage& request, const ProcessLimits& limits = {});

private:
    void transfer(std::string_view request, const ProcessLimits& limits);
    bool read_some();
    void refuse_surplus() const;
    bool is_complete(const ProcessLimits& limits) const;
    [[noreturn]] void fail_because_it_ended();

    pid_t process_ = -1;
    int to_engine_ = -1;
    int from_engine_ = -1;
    std::string received_;
};

}  // namespace difftest::backends
