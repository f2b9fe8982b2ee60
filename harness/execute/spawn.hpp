#pragma once

#include "harness/execute/file_descriptor.hpp"
#include "harness/execute/worker.hpp"

#include <sys/types.h>

namespace difftest::harness {

/// A process that was just started, and the judge's ends of what connects them.
struct SpawnedProcess {
    pid_t process = -1;
    FileDescriptor handle;    ///< pidfd: readable when the process has ended
    FileDescriptor socket;    ///< the conversation
    FileDescriptor lifeline;  ///< closing it ends the worker
    FileDescriptor log;       ///< what the worker writes to stdout and stderr; non-blocking
};

/// Starts spec.program in a process group of its own, without core dumps, first to die when memory runs out, and with
/// the descriptors of arena_layout.hpp. Throws WorkerUnavailable.
SpawnedProcess spawn(const WorkerSpec& spec, int arena_descriptor);

}  // namespace difftest::harness
