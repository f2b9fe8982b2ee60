#include "harness/campaign/nights.hpp"

#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"
#include "harness/campaign/lifecycle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>
#include <system_error>
#include <tuple>

namespace difftest::harness {
namespace {

constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();

Night read_night(const std::filesystem::path& file) {
    const nlohmann::json document = parse_json_file(file);
    const JsonObjectReader reader(document, file.string(), "");
    if (reader.text("format") != "difftest-night") {
        reader.fail("format", "must be \"difftest-night\"");
    }
    if (reader.integer("version", 1, kAnyCount, 0) != 1) {
        reader.fail("version", "must be 1");
    }
    Night night;
    NightSummary& summary = night.summary;
    night.configuration = reader.text("configuration");
    summary.night = reader.text("night");
    summary.libraries = reader.text("libraries", false);
    summary.cases = reader.integer("cases", 0, kAnyCount, 0);
    summary.judged = reader.integer("judged", 0, kAnyCount, 0);
    summary.problems = reader.integer("problems", 0, kAnyCount, 0);
    summary.known_runs = reader.integer("known_runs", 0, kAnyCount, 0);
    summary.pairs = reader.integer("pairs", 0, kAnyCount, 0);
    const JsonObjectReader findings = reader.object("findings");
    for (const std::string& identity : findings.members()) {
        night.findings[identity] = findings.integer(identity, 0, kAnyCount, 0);
    }
    return night;
}

/// Letters, digits, and "-_." inside: a name that is a file name everywhere.
bool is_plain_name(const std::string& name) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.front() != '.' && name.size() <= 100 && std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

std::vector<Night> read_nights(const std::filesystem::path& folder, const std::string& configuration,
                               std::vector<std::string>& warnings) {
    std::vector<Night> nights;
    std::set<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".json") {
            files.insert(entry.path());
        }
    }
    for (const std::filesystem::path& file : files) {
        try {
            Night night = read_night(file);
            if (night.configuration == configuration) {
                nights.push_back(std::move(night));
            }
        } catch (const InputError& unreadable) {
            warnings.push_back(fmt::format("a night is left out: {}", unreadable.what()));
        }
    }
    std::stable_sort(nights.begin(), nights.end(),
                     [](const Night& a, const Night& b) { return a.summary.night < b.summary.night; });
    return nights;
}

void keep_night(const Night& night, const std::filesystem::path& folder) {
    const NightSummary& summary = night.summary;
    if (!is_plain_name(summary.night) || !is_plain_name(night.configuration)) {
        throw InputError(
            fmt::format("--night {}: must be letters, digits and \"-_.\", such as 2026-11-26", summary.night));
    }
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw InputError(fmt::format("--history {}: {}", folder.string(), error.message()));
    }
    const nlohmann::ordered_json document = {{"format", "difftest-night"},
                                             {"version", 1},
                                             {"night", summary.night},
                                             {"configuration", night.configuration},
                                             {"libraries", summary.libraries},
                                             {"cases", summary.cases},
                                             {"judged", summary.judged},
                                             {"problems", summary.problems},
                                             {"known_runs", summary.known_runs},
                                             {"pairs", summary.pairs},
                                             {"findings", nlohmann::ordered_json(night.findings)}};
    write_text(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n",
               folder / fmt::format("{}.{}.json", summary.night, night.configuration));
}

std::map<std::string, FindingHistory> histories(const std::vector<Night>& nights) {
    struct Course {
        FindingHistory history;
        std::int64_t passes = 0;
    };
    std::map<std::string, Course> courses;
    for (const Night& night : nights) {
        for (const auto& [identity, runs] : night.findings) {
            courses.try_emplace(identity);
        }
        for (auto& [identity, course] : courses) {
            Observation seen;
            seen.judged = night.summary.judged > 0;
            seen.failing = night.findings.contains(identity);
            const bool first = course.history.since.empty();
            if (first && !seen.failing) {
                continue;
            }
            if (seen.failing) {
                course.history.since = first ? night.summary.night : course.history.since;
                course.history.last_seen = night.summary.night;
            }
            std::tie(course.history.state, course.passes) =
                next_state(course.history.state, course.passes, seen, kPassesUntilFixed);
        }
    }
    std::map<std::string, FindingHistory> result;
    for (auto& [identity, course] : courses) {
        result.emplace(identity, std::move(course.history));
    }
    return result;
}

}  // namespace difftest::harness
