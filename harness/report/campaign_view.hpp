#pragma once

#include "harness/report/campaign_report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

/// What the templates of the nightly report show of a campaign's counts: the members of a view, for tolerance_view.
namespace difftest::harness {

/// Digits in groups of three, so that large numbers can be read.
std::string grouped(std::int64_t number);

/// A row for each backend, operation and implementation, all rungs together.
nlohmann::ordered_json implementations_view(const CampaignReport& campaign);

/// A row for each backend, ISA, operation and implementation.
nlohmann::ordered_json tolerance_rows_view(const CampaignReport& campaign);

/// How far elements lie outside, over the whole campaign: {"lsb": ..., "ulp": ...}, each with its bars, a text, and the
/// largest error with the case that shows it.
nlohmann::ordered_json distances_view(const CampaignReport& campaign);

/// Which faults of the dictionary the passing cases would have shown.
nlohmann::ordered_json sharpness_view(const CampaignReport& campaign);

/// Why runs were not made, refused, vacuous, or with elements that may be anything.
nlohmann::ordered_json reasons_view(const CampaignReport& campaign);

/// The heat map of coverage: a row for each operation, a cell for each rung, shaded by the share that was judged.
nlohmann::ordered_json coverage_view(const CampaignReport& campaign);

}  // namespace difftest::harness
