#pragma once

#include <sys/types.h>

namespace difftest::harness {

/// Whether a thread of the process, or of a child that it has (a driver's compiler may be a program of its own), runs
/// or waits for a processor or a disk: then it is slow, and not stuck. Linux: /proc.
bool has_runnable_thread(pid_t process);

}  // namespace difftest::harness
