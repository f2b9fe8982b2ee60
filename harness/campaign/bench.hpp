#pragma once

#include "harness/campaign/backend_selection.hpp"
#include "harness/report/bench_report.hpp"

#include <cstdint>

namespace difftest::harness {

struct BenchRequest {
    BackendSelection backend;
    std::int64_t cases = 400;  ///< small convolutions in a round, 1 to kSmallConvolutions
    std::int64_t rounds = 3;
    bool with_shapes = true;     ///< also the oracle against the library
    std::int64_t endurance = 0;  ///< run so many cases in one worker, and tell ten times what it holds
};

/// Measures on the backend's highest rung, with one thread. Throws WorkerUnavailable, and std::runtime_error when the
/// backend offers no plan for a convolution.
BenchReport run_bench(const BenchRequest& request);

}  // namespace difftest::harness
