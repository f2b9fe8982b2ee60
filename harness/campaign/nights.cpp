#include "harness/campaign/nights.hpp"

#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"
#include "harness/campaign/lifecycle.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>
#include <system_error>
#include <tuple>

namespace difftest::harness {
namespace {

constexpr std::int64_t kVersion = 2;
constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();

std::set<std::string> text_set(const JsonObjectReader& reader, const std::string& member) {
    const std::vector<std::string> texts = reader.texts(member);
    return {texts.begin(), texts.end()};
}

std::map<std::string, std::int64_t> tally(const JsonObjectReader& reader, const std::string& member) {
    std::map<std::string, std::int64_t> result;
    const JsonObjectReader counts = reader.object(member);
    for (const std::string& name : counts.members()) {
        result[name] = counts.integer(name, 0, kAnyCount, 0);
    }
    return result;
}

Night read_night(const std::filesystem::path& file) {
    const nlohmann::json document = parse_json_file(file);
    const JsonObjectReader reader(document, file.string(), "");
    if (reader.text("format") != "difftest-night") {
        reader.fail("format", "must be \"difftest-night\"");
    }
    const std::int64_t version = reader.integer("version", 1, kAnyCount, 0);
    if (version > kVersion) {
        reader.fail("version", fmt::format("is {}; this difftest reads up to {}", version, kVersion));
    }
    Night night;
    NightSummary& summary = night.summary;
    night.configuration = reader.text("configuration");
    summary.night = reader.text("night");
    summary.cases = reader.integer("cases", 0, kAnyCount, 0);
    summary.judged = reader.integer("judged", 0, kAnyCount, 0);
    summary.known_runs = reader.integer("known_runs", 0, kAnyCount, 0);
    summary.pairs = reader.integer("pairs", 0, kAnyCount, 0);
    night.findings = tally(reader, "findings");
    night.is_detailed = version > 1;
    if (!night.is_detailed) {  // written before shards had files of their own
        night.libraries = {reader.text("libraries", false)};
        return night;
    }
    night.origin = reader.text("origin", false);
    night.merged_from = text_set(reader, "merged_from");
    night.libraries = text_set(reader, "libraries");
    night.known_issues = tally(reader, "known_issues");
    night.implementations = text_set(reader, "implementations");
    night.faults = text_set(reader, "faults");
    night.rungs_not_run = text_set(reader, "rungs_not_run");
    night.machines = text_set(reader, "machines");
    return night;
}

void add_counts(std::map<std::string, std::int64_t>& to, const std::map<std::string, std::int64_t>& from) {
    for (const auto& [name, count] : from) {
        to[name] += count;
    }
}

/// Adds another file of the same night.
void add(Night& night, const Night& part) {
    night.summary.cases += part.summary.cases;
    night.summary.judged += part.summary.judged;
    night.summary.known_runs += part.summary.known_runs;
    night.summary.pairs = std::max(night.summary.pairs, part.summary.pairs);
    night.is_detailed = night.is_detailed && part.is_detailed;
    add_counts(night.findings, part.findings);
    add_counts(night.known_issues, part.known_issues);
    for (const auto set : {&Night::merged_from, &Night::libraries, &Night::implementations, &Night::faults,
                           &Night::rungs_not_run, &Night::machines}) {
        (night.*set).insert((part.*set).begin(), (part.*set).end());
    }
}

/// All files of one night, without those of shards whose whole is there, too.
Night put_together(const std::vector<Night>& files) {
    std::set<std::string> replaced;
    for (const Night& each : files) {
        replaced.insert(each.merged_from.begin(), each.merged_from.end());
    }
    Night night;
    night.configuration = files.front().configuration;
    night.summary.night = files.front().summary.night;
    for (const Night& each : files) {
        if (each.origin.empty() || !replaced.contains(each.origin)) {
            add(night, each);
        }
    }
    night.summary.problems = std::ssize(night.findings);
    night.summary.libraries = fmt::format("{}", fmt::join(night.libraries, ", "));
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
    std::map<std::string, std::vector<Night>> by_name;
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
                by_name[night.summary.night].push_back(std::move(night));
            }
        } catch (const InputError& unreadable) {
            warnings.push_back(fmt::format("a night is left out: {}", unreadable.what()));
        }
    }
    std::vector<Night> nights;
    for (const auto& [name, parts] : by_name) {
        nights.push_back(put_together(parts));
    }
    return nights;
}

void keep_night(const Night& night, const std::filesystem::path& folder) {
    const NightSummary& summary = night.summary;
    if (!is_plain_name(summary.night) || !is_plain_name(night.configuration) ||
        (!night.origin.empty() && !is_plain_name(night.origin))) {
        throw InputError(
            fmt::format("--night {}: must be letters, digits and \"-_.\", such as 2026-11-26", summary.night));
    }
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw InputError(fmt::format("--history {}: {}", folder.string(), error.message()));
    }
    using Json = nlohmann::ordered_json;
    const Json document = {{"format", "difftest-night"},
                           {"version", kVersion},
                           {"night", summary.night},
                           {"configuration", night.configuration},
                           {"origin", night.origin},
                           {"merged_from", night.merged_from},
                           {"libraries", night.libraries},
                           {"machines", night.machines},
                           {"cases", summary.cases},
                           {"judged", summary.judged},
                           {"known_runs", summary.known_runs},
                           {"pairs", summary.pairs},
                           {"findings", Json(night.findings)},
                           {"known_issues", Json(night.known_issues)},
                           {"implementations", night.implementations},
                           {"faults", night.faults},
                           {"rungs_not_run", night.rungs_not_run}};
    const std::string origin = night.origin.empty() ? "" : "." + night.origin;
    write_text(document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n",
               folder / fmt::format("{}.{}{}.json", summary.night, night.configuration, origin));
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
            FindingCheck seen;
            seen.judged = night.summary.judged > 0;
            seen.failing = night.findings.contains(identity);
            const bool first = course.history.since.empty();
            if (first && !seen.failing) {
                continue;
            }
            if (seen.failing) {
                course.history.since = first ? night.summary.night : course.history.since;
                course.history.since_library = first ? night.summary.libraries : course.history.since_library;
                course.history.last_seen = night.summary.night;
                course.history.last_library = night.summary.libraries;
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
