#pragma once

#include "harness/campaign/campaign_configuration.hpp"
#include "harness/campaign/case_runner.hpp"
#include "harness/report/campaign_report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace difftest::harness {

/// Of the files in a campaign's folder.
inline constexpr std::int64_t kCampaignVersion = 4;

/// The folder of one campaign. `campaign.json` in it says which, and `backends.json` on what it ran, so that nothing is
/// mixed up.
class CampaignFolder {
public:
    /// Creates the folder, or checks that it is that of the same configuration and backends, and, where cases are
    /// steered, of the same first index. Throws InputError.
    CampaignFolder(std::filesystem::path folder, const CampaignConfiguration& configuration,
                   const RunSelection& selection, std::uint64_t first);

    /// A folder that is there. Throws InputError.
    static CampaignFolder existing(std::filesystem::path folder);

    /// Creates a folder for the same campaign as `shard`. Throws InputError when it holds another one.
    static CampaignFolder like(std::filesystem::path folder, const CampaignFolder& shard);

    /// Keeps what the campaign runs on. Throws InputError when it is not what the folder already holds: results of two
    /// releases of a library do not belong together.
    void keep_backends(const std::vector<BackendUsed>& backends, const std::vector<RungNotRun>& not_run) const;

    /// What keep_backends kept.
    void read_backends(std::vector<BackendUsed>& backends, std::vector<RungNotRun>& not_run) const;

    /// Keeps the machine that the campaign was begun on.
    void keep_environment(const std::string& text) const;

    const std::filesystem::path& path() const { return folder_; }
    std::filesystem::path identity() const { return folder_ / "campaign.json"; }
    std::filesystem::path backends() const { return folder_ / "backends.json"; }
    std::filesystem::path origin_file() const { return folder_ / "origin.json"; }
    std::filesystem::path environment() const { return folder_ / "environment.json"; }
    std::filesystem::path journal() const { return folder_ / "journal.jsonl"; }
    std::filesystem::path rare() const { return folder_ / "rare"; }
    std::filesystem::path clusters() const { return folder_ / "clusters"; }

    /// What this folder is called wherever several are put together: the same for a copy of it, another one for another
    /// shard. Made with the folder; empty where it is missing.
    std::string origin() const;

    /// The shards that this folder was merged from, by their origins.
    std::vector<std::string> merged_from() const;

    /// Says so, and takes over the sessions (campaign_session.hpp) of the shards.
    void keep_shards(const std::vector<CampaignFolder>& shards) const;

    /// The configuration that the campaign was started with.
    CampaignConfiguration configuration() const;

private:
    explicit CampaignFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
    void create(const nlohmann::json& identity) const;
    std::string difference(const nlohmann::json& identity) const;

    std::filesystem::path folder_;
};

/// A name that no other process gives, on this machine or another.
std::string unique_name();

/// Writes a text through a temporary file and a rename. Throws std::runtime_error naming the file.
void write_text(const std::string& text, const std::filesystem::path& file);

}  // namespace difftest::harness
