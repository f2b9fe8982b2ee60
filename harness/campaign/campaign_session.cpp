#include "harness/campaign/campaign_session.hpp"

#include "harness/campaign/campaign_budget.hpp"
#include "harness/campaign/campaign_environment.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <system_error>
#include <tuple>
#include <utility>

namespace difftest::harness {
namespace {

constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMostLanes = 1'000'000;  ///< they are walked through, one by one

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

double seconds_of(int who) {
    rusage usage{};
    return ::getrusage(who, &usage) == 0 ? seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime) : 0;
}

/// User and system time: fields 14 and 15 of /proc/PID/stat, counted behind the name, which may hold anything.
double seconds_of_process(const std::string& process) {
    std::string text;
    std::getline(std::ifstream("/proc/" + process + "/stat"), text);
    std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
        fields >> skipped;
    }
    double user = 0;
    double system = 0;
    return fields >> user >> system ? (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK)) : 0;
}

}  // namespace

double processor_seconds_with_children() {
    double seconds = seconds_of(RUSAGE_SELF) + seconds_of(RUSAGE_CHILDREN);
    for (const std::string& child : child_processes()) {
        seconds += seconds_of_process(child);
    }
    return seconds;
}

SessionFile::SessionFile(std::filesystem::path folder, int jobs, const IndexSelection& share)
    : machine_(environment_here()),
      jobs_(jobs),
      began_(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))),
      share_(share),
      started_(std::chrono::steady_clock::now()),
      processor_before_(processor_seconds_with_children()) {
    folder /= "sessions";
    std::filesystem::create_directories(folder);
    file_ = folder / (unique_name() + ".json");
}

void SessionFile::keep(std::int64_t cases, const std::string& ended) const {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
    const auto processor = static_cast<std::int64_t>(1000 * (processor_seconds_with_children() - processor_before_));
    const nlohmann::ordered_json document = {{"format", "difftest-session"},
                                             {"version", 1},
                                             {"machine", environment_members(machine_)},
                                             {"jobs", jobs_},
                                             {"lanes", share_.lanes},
                                             {"shard", share_.shard},
                                             {"shards", share_.shards},
                                             {"began", began_},
                                             {"cases", cases},
                                             {"milliseconds", milliseconds.count()},
                                             {"processor_milliseconds", processor},
                                             {"ended", ended}};
    write_text(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n", file_);
}

std::vector<CampaignSession> unfinished(const std::vector<CampaignSession>& sessions) {
    std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, const CampaignSession*> last;
    for (const CampaignSession& each : sessions) {
        const CampaignSession*& of_share = last[{each.lanes, each.shards, each.shard}];
        const bool is_later = of_share == nullptr || of_share->began < each.began ||
                              (of_share->began == each.began && of_share->ended.empty());
        of_share = is_later ? &each : of_share;
    }
    std::vector<CampaignSession> result;
    for (const auto& [share, session] : last) {
        if (session->ended.empty()) {
            result.push_back(*session);
        }
    }
    return result;
}

std::uint64_t wanted_indices(const std::vector<CampaignSession>& sessions, std::uint64_t first, std::uint64_t end) {
    std::set<std::pair<std::uint64_t, std::uint64_t>> divisions;  // lanes and shards
    std::set<std::uint64_t> shares;
    for (const CampaignSession& each : sessions) {
        divisions.emplace(each.lanes, each.shards);
        shares.insert(each.shard);
    }
    if (divisions.size() != 1) {
        return end - first;
    }
    std::uint64_t wanted = 0;
    for (const std::uint64_t shard : shares) {
        wanted += IndexSelection{first, end, divisions.begin()->first, shard, divisions.begin()->second}.size();
    }
    return wanted;
}

CampaignEnvironment environment_from(const JsonObjectReader& reader) {
    CampaignEnvironment environment;
    environment.cpu = reader.text("cpu", false);
    environment.cpus = static_cast<int>(reader.integer("cpus", 0, 1'000'000, 0));
    environment.system = reader.text("system", false);
    environment.compiler = reader.text("compiler", false);
    environment.difftest_version = reader.text("difftest_version", false);
    return environment;
}

std::vector<CampaignSession> read_sessions(const std::filesystem::path& folder, std::vector<std::string>& warnings) {
    std::set<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "sessions", error)) {
        if (entry.path().extension() == ".json") {
            files.insert(entry.path());
        }
    }
    std::vector<CampaignSession> sessions;
    for (const std::filesystem::path& file : files) {
        try {
            const nlohmann::json document = parse_json_file(file);
            const JsonObjectReader reader(document, file.string(), "");
            if (reader.text("format") != "difftest-session" || reader.integer("version", 1, kAnyCount, 0) != 1) {
                reader.fail("format", "must be \"difftest-session\" of version 1");
            }
            CampaignSession session;
            session.machine = environment_from(reader.object("machine"));
            session.jobs = static_cast<int>(reader.integer("jobs", 1, 1'000'000, 1));
            session.cases = reader.integer("cases", 0, kAnyCount, 0);
            session.lanes = static_cast<std::uint64_t>(reader.integer("lanes", 1, kMostLanes, 1));
            session.shard = static_cast<std::uint64_t>(reader.integer("shard", 0, kAnyCount, 0));
            session.shards = static_cast<std::uint64_t>(reader.integer("shards", 1, kMostLanes, 1));
            session.began = reader.text("began", false);
            session.ended = reader.text("ended", false);
            session.seconds = 1e-3 * static_cast<double>(reader.integer("milliseconds", 0, kAnyCount, 0));
            session.processor_seconds =
                1e-3 * static_cast<double>(reader.integer("processor_milliseconds", 0, kAnyCount, 0));
            sessions.push_back(std::move(session));
        } catch (const InputError& unreadable) {
            warnings.push_back(fmt::format("the throughput of one process is left out: {}", unreadable.what()));
        }
    }
    return sessions;
}

}  // namespace difftest::harness
