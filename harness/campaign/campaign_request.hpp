#pragma once

#include "harness/campaign/campaign.hpp"
#include "harness/campaign/corpora.hpp"

#include <functional>
#include <string>
#include <vector>

namespace difftest::harness {

/// What the command line says about a campaign, as it stands there.
struct CampaignFlags {
    std::string configuration;
    std::string indices;  ///< "A..B"
    std::string folder;
    std::string shard;  ///< "1/4"; empty: all
    std::string time;   ///< "10m"; empty: no limit
    std::string disk;   ///< "2G"; empty: no limit
    std::string memory;
    int jobs = 1;
    std::vector<std::string> backends;
    std::vector<std::string> isas;
};

/// Reads the configuration and the known issues and makes sense of the flags. Throws InputError.
CampaignRequest campaign_request(const CampaignFlags& flags, const Corpora& corpora);

/// Shows the progress on stderr: one line that is written over on a terminal, a line every half minute elsewhere.
std::function<void(const CampaignProgress&)> progress_printer();

}  // namespace difftest::harness
