#pragma once

#include "harness/report/tolerance_report.hpp"

#include <nlohmann/json_fwd.hpp>

namespace difftest::harness {

/// The machine that this process runs on, and how this program was built.
CampaignEnvironment environment_here();

/// A campaign's `environment.json`, as JSON and as text, for reports only: it is no part of what tells campaigns apart,
/// since shards run on several machines. Kept once, by whoever begins the campaign.
nlohmann::ordered_json environment_members(const CampaignEnvironment& environment);
std::string environment_text(const CampaignEnvironment& environment);

}  // namespace difftest::harness
