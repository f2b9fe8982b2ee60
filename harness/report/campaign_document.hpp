#pragma once

#include "harness/report/campaign_report.hpp"

#include <string>

namespace difftest::harness {

/// The document of reports/schema/campaign.schema.json.
std::string campaign_document(const CampaignReport& report);

}  // namespace difftest::harness
