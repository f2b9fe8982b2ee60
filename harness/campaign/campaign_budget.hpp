#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// What a campaign may use. When something is used up no further index is begun; what was begun is ended and kept.
struct CampaignBudget {
    std::optional<std::chrono::seconds> time;
    std::optional<std::int64_t> disk_bytes;    ///< of the campaign's folder
    std::optional<std::int64_t> memory_bytes;  ///< resident, of this process and its workers together
};

struct CampaignUse {
    std::chrono::steady_clock::duration time{0};
    std::int64_t disk_bytes = 0;
    std::int64_t memory_bytes = 0;
};

/// The first thing that is used up, as a sentence; nothing while there is some of everything.
std::optional<std::string> spent(const CampaignBudget& budget, const CampaignUse& use);

/// Bytes of all files in the folder.
std::int64_t folder_bytes(const std::filesystem::path& folder);

/// The numbers of the processes that this one started and that still run; none where /proc is not there.
std::vector<std::string> child_processes();

/// Resident bytes of this process and its children; 0 where /proc is not there.
std::int64_t resident_bytes_with_children();

/// "500k", "200M", "4G" as bytes; nothing when it is no size.
std::optional<std::int64_t> parse_bytes(const std::string& text);

}  // namespace difftest::harness
