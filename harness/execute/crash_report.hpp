#pragma once

#include "backends/worker/protocol/arena_layout.hpp"
#include "harness/execute/outcome.hpp"
#include "harness/execute/worker_process.hpp"

#include <string>

namespace difftest::harness {

/// What is known about the end of a worker. Reads the header without trusting it.
Crash report_crash(const backends::protocol::ArenaHeader& header, const ProcessEnd& end, std::string log);

/// One line: "killed by SIGSEGV during execute in libdnnl.so.2+0x1234 (nearest symbol)".
std::string describe(const Crash& crash);

}  // namespace difftest::harness
