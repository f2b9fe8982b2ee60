#pragma once

#include "harness/report/campaign_report.hpp"
#include "harness/report/screen_style.hpp"

#include <string>

namespace difftest::harness {

/// What the campaign found: counts, clusters, implementations, refusals.
std::string campaign_screen(const CampaignReport& report, const ScreenStyle& style);

}  // namespace difftest::harness
