#pragma once

#include "backends/worker/protocol/messages.hpp"

#include <cstdint>

namespace difftest::backends {

/// Limits what this process may allocate (`memory_bytes`: heap and other private memory) and map (`mapping_bytes`);
/// 0 = no limit. Does nothing in a sanitized build, whose shadow memory is larger than any sensible limit.
void limit_memory(std::uint64_t memory_bytes, std::uint64_t mapping_bytes);

/// Takes the limits back, so that a process which reached them can still say so.
void lift_memory_limits();

/// Processor time of all threads of this process so far.
std::int64_t used_processor_nanoseconds();

/// What this process holds now, from /proc/self.
protocol::Resources used_resources();

}  // namespace difftest::backends
