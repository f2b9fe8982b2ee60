#pragma once

#include "harness/campaign/campaign_configuration.hpp"
#include "harness/report/throughput_report.hpp"

#include <cstdint>
#include <vector>

namespace difftest::harness {

struct ThroughputRequest {
    CampaignConfiguration configuration;
    std::uint64_t cases = 1000;
    std::vector<int> jobs{1};  ///< a row for each
};

/// Sends cases through generator, gate, oracle, comparison, journal and fold, with a backend that answers at once what
/// the oracle wants to hear. Throws std::runtime_error when a case does not pass.
ThroughputReport measure_throughput(const ThroughputRequest& request);

}  // namespace difftest::harness
