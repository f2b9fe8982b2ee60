#pragma once

#include "harness/campaign/campaign_configuration.hpp"
#include "harness/campaign/case_runner.hpp"

#include <filesystem>

namespace difftest::harness {

/// The folder of one campaign. `campaign.json` in it says which, so that nothing is mixed up.
class CampaignFolder {
public:
    /// Creates the folder, or checks that it is that of the same configuration and backends. Throws InputError.
    CampaignFolder(std::filesystem::path folder, const CampaignConfiguration& configuration,
                   const RunSelection& selection);

    std::filesystem::path journal() const { return folder_ / "journal.jsonl"; }
    std::filesystem::path clusters() const { return folder_ / "clusters"; }

private:
    std::filesystem::path folder_;
};

/// Writes a text through a temporary file and a rename. Throws std::runtime_error naming the file.
void write_text(const std::string& text, const std::filesystem::path& file);

}  // namespace difftest::harness
