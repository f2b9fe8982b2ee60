#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace difftest::fuzzers {

/// One input of a target that drives a library: the case that the bytes stand for runs on the backend, on every rung
/// and plan, in worker processes (a library that crashes ends a worker, not the night), and is judged as in a campaign.
/// What libFuzzer cannot see is told as features. A failure that no known issue explains is written as case file and
/// input to the folder that DIFFTEST_FUZZ_FINDINGS names, once for each signature; without that variable the process
/// ends, as continuous fuzzing expects.
void run_on_library(const std::string& backend, std::span<const std::uint8_t> bytes);

}  // namespace difftest::fuzzers
