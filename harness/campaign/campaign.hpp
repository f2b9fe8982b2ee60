#pragma once

#include "harness/campaign/campaign_budget.hpp"
#include "harness/campaign/campaign_configuration.hpp"
#include "harness/campaign/case_runner.hpp"
#include "harness/report/campaign_report.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// How far a campaign is; given to whoever watches it.
struct CampaignProgress {
    std::uint64_t done = 0;  ///< of the indices, those of earlier runs of the same command included
    std::uint64_t wanted = 0;
    std::int64_t findings = 0;
    std::size_t clusters = 0;
    std::chrono::seconds elapsed{0};
};

struct CampaignRequest {
    CampaignConfiguration configuration;
    std::uint64_t first = 0;  ///< the indices [first, end)
    std::uint64_t end = 0;
    std::uint64_t shard = 0;  ///< only the lanes l with l % shards == shard; without steering the indices
    std::uint64_t shards = 1;
    int jobs = 1;  ///< judges that work side by side, each with its own workers
    CampaignBudget budget;
    std::filesystem::path folder;
    RunSelection selection;
    /// Why no further index is to be begun, as a sentence; asked before each. May be empty.
    std::function<std::optional<std::string>()> interrupted;
    std::function<void(const CampaignProgress&)> on_progress;  ///< about once a second; may be empty
    std::function<void(const std::string&)> on_stop;           ///< why it ends early; may be empty
};

/// Judges every index that the folder's journal does not hold yet, until all are done or the budget is spent, and says
/// what the whole journal amounts to. The folder then holds journal.jsonl, report.json, report.txt and, in clusters/,
/// the smallest case of each cluster. Throws InputError, also when the folder belongs to another campaign.
CampaignReport run_campaign(const CampaignRequest& request);

/// Puts the journals of several shards of one campaign together in a folder of their own, as if one command had judged
/// them all. Throws InputError when they are not of one campaign and library.
CampaignReport merge_campaigns(const std::vector<std::filesystem::path>& shards, const std::filesystem::path& folder,
                               const std::vector<KnownIssue>& known_issues);

}  // namespace difftest::harness
