#pragma once

#include "harness/campaign/index_space.hpp"
#include "harness/report/tolerance_report.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// How fast a campaign went, and on which machines: one small file for each process that worked on it, in `sessions/`
/// of its folder. Nothing else of a campaign depends on time, so that journal and answer are the same bytes however
/// many processes made them; a file for each process needs no lock and is put together by copying.
namespace difftest::harness {

class JsonObjectReader;

/// The file of this process. It is written again while the campaign goes on, so that one that is killed has told most.
class SessionFile {
public:
    /// Time counts from here on.
    SessionFile(std::filesystem::path folder, int jobs, const IndexSelection& share);

    /// Writes the file: this process has judged so many cases by now; `ended`: why it judges no more, empty while it
    /// goes on. Throws std::runtime_error.
    void keep(std::int64_t cases, const std::string& ended) const;

private:
    std::filesystem::path file_;
    CampaignEnvironment machine_;
    int jobs_;
    std::string began_;
    IndexSelection share_;
    std::chrono::steady_clock::time_point started_;
    double processor_before_;
};

/// The sessions in a folder, by the names of their files. What cannot be read is named in `warnings` and left out.
std::vector<CampaignSession> read_sessions(const std::filesystem::path& folder, std::vector<std::string>& warnings);

/// How many indices of [first, end) the sessions were to judge, as far as they tell: all where there are none.
std::uint64_t wanted_indices(const std::vector<CampaignSession>& sessions, std::uint64_t first, std::uint64_t end);

/// The last session of each share, where it did not end: it was killed, or still runs.
std::vector<CampaignSession> unfinished(const std::vector<CampaignSession>& sessions);

/// Seconds of processor time of this process, the children that it waited for, and those that still run.
double processor_seconds_with_children();

/// The members of environment.json, and of a session's "machine". Throws InputError.
CampaignEnvironment environment_from(const JsonObjectReader& reader);

}  // namespace difftest::harness
