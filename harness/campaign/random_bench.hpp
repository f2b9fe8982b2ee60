#pragma once

#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/campaign_configuration.hpp"
#include "harness/report/bench_report.hpp"

#include <cstdint>
#include <vector>

namespace difftest::harness {

/// Generated cases on a backend, with the configuration's plans and every check: first cold, when no cache of ours or
/// of an OpenCL driver has ever seen a kernel, then warm, in a fresh worker that finds what the first one left. Sets
/// the environment variables of the caches. Throws WorkerUnavailable, and std::runtime_error naming a case that failed.
std::vector<BenchRandom> measure_random_cases(const BackendSelection& backend,
                                              const CampaignConfiguration& configuration, std::uint64_t cases);

}  // namespace difftest::harness
