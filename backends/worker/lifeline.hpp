#pragma once

namespace difftest::backends {

/// Ends this process and its process group with SIGKILL as soon as the other end of the pipe `descriptor` is closed,
/// whatever this process is doing: a thread watches it. Returns false when the thread cannot be started; the parent's
/// death signal, which the judge sets before exec, then stays in force.
bool follow_lifeline(int descriptor);

/// Kills this process and its process group, for a library may have forked.
[[noreturn]] void end_with_group();

}  // namespace difftest::backends
