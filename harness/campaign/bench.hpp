#pragma once

#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/campaign_configuration.hpp"
#include "harness/report/bench_report.hpp"

#include <cstdint>

namespace difftest::harness {

struct BenchRequest {
    BackendSelection backend;
    std::int64_t cases = 400;  ///< small convolutions in a round, 1 to kSmallConvolutions
    std::int64_t rounds = 3;
    bool with_shapes = true;         ///< also the oracle against the library
    std::int64_t endurance = 0;      ///< run so many cases in one worker, and tell ten times what it holds
    std::uint64_t random_cases = 0;  ///< also so many cases of `configuration`, with cold and warm caches of kernels
    CampaignConfiguration configuration = {};
};

/// Measures on the backend's highest rung, with one thread. Throws WorkerUnavailable, and std::runtime_error when the
/// backend offers no plan for a convolution, or a random case fails.
BenchReport run_bench(const BenchRequest& request);

}  // namespace difftest::harness
