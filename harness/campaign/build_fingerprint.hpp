#pragma once

#include "harness/campaign/campaign_configuration.hpp"

#include <string>

namespace difftest::harness {

/// What two builds of difftest make of the same configuration: equal where they make and judge the same cases, as far
/// as a few of its indices tell.
struct BuildFingerprint {
    std::string generator;  ///< of the cases, their draws and what describes them
    std::string oracle;     ///< of their allowed sets under the contract of the gate
};

BuildFingerprint fingerprint_of(const CampaignConfiguration& configuration);

}  // namespace difftest::harness
