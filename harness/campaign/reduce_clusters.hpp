#pragma once

#include "harness/campaign/case_runner.hpp"
#include "harness/report/campaign_report.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace difftest::harness {

struct ClusterReduction {
    std::chrono::milliseconds time{60'000};  ///< for each cluster
    std::size_t jobs = 1;
    std::function<void(const std::string&)> progress;  ///< one line for each cluster; may be empty
};

/// Reduces the smallest case of every cluster of a campaign into findings/NAME of its folder, each within its own time;
/// what was reduced before is replayed from its journal. A failure that does not show again is said and left out.
/// Returns the names that were written. Throws WorkerUnavailable.
std::vector<std::string> reduce_clusters(const CampaignReport& report, const RunSelection& selection,
                                         const std::filesystem::path& folder, const ClusterReduction& options);

}  // namespace difftest::harness
