#pragma once

#include "harness/report/tolerance_report.hpp"

namespace difftest::harness {

/// The machine that this process runs on, and how this program was built.
CampaignEnvironment environment_here();

/// A campaign's `environment.json`, for reports only: it is no part of what tells campaigns apart, since shards run on
/// several machines. Kept once, by whoever begins the campaign.
std::string environment_text(const CampaignEnvironment& environment);

}  // namespace difftest::harness
