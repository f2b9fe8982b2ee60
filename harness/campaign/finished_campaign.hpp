#pragma once

#include "harness/campaign/campaign_fold.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/report/campaign_report.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// What a campaign amounts to; and whatever happened before, the folder then holds the smallest case of each cluster,
/// and that of each implementation which ran in fewer than one of a thousand cases.
CampaignReport finished_campaign(const CampaignFold& fold, const CampaignFolder& folder,
                                 const std::vector<KnownIssue>& known_issues, std::vector<std::string> complaints);

}  // namespace difftest::harness
