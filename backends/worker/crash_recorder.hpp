#pragma once

#include "backends/worker/protocol/arena_layout.hpp"

namespace difftest::backends {

/// From now on a fatal signal writes its number and the top frames of the thread that received it into `header`, and
/// then kills the process as it would have without. SIGQUIT counts as fatal: the judge sends it to a worker that hangs.
/// `header` must stay mapped until the process ends.
void record_crashes(protocol::ArenaHeader& header);

}  // namespace difftest::backends
