#include "harness/campaign/tolerance_reader.hpp"

#include "harness/campaign/campaign_fold.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/campaign_session.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/journal.hpp"
#include "harness/campaign/json_object_reader.hpp"
#include "harness/campaign/night_changes.hpp"
#include "harness/campaign/nights.hpp"
#include "harness/report/finding_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <unordered_set>

namespace difftest::harness {
namespace {

/// Empty where there is no such file. A link is none: it would show in a report what its author cannot read. Nor is
/// what is larger than anything that difftest writes there.
std::string text_of(const std::filesystem::path& file) {
    std::error_code error;
    if (std::filesystem::is_symlink(file, error) || !std::filesystem::is_regular_file(file, error)) {
        return "";
    }
    try {
        return read_bounded_text(file);
    } catch (const InputError&) {
        return "";
    }
}

/// The last part of a path that a file names: what lies beside the file, never elsewhere.
std::filesystem::path beside(const std::string& name) {
    const std::filesystem::path last = std::filesystem::path(name).filename();
    return last == ".." ? std::filesystem::path(".") : last;
}

void check_version(const CampaignFolder& folder) {
    const nlohmann::json document = parse_json_file(folder.identity());
    const JsonObjectReader reader(document, folder.identity().string(), "");
    if (reader.text("format") != "difftest-campaign") {
        reader.fail("format", "must be \"difftest-campaign\"");
    }
    const std::int64_t version = reader.integer("version", 0, 1'000'000, 0);
    if (version != kCampaignVersion) {
        reader.fail("version", fmt::format("is {}; this difftest reads version {}", version, kCampaignVersion));
    }
}

/// Of [first, end) as the shard or shards that it holds were to judge.
void warn_of_gaps(const CampaignReport& report, const std::vector<CampaignSession>& sessions,
                  std::vector<std::string>& warnings) {
    const std::uint64_t wanted = wanted_indices(sessions, report.first, report.end);
    if (report.cases == 0) {
        warnings.emplace_back("journal.jsonl: not one case was judged");
    } else if (static_cast<std::uint64_t>(report.cases) < wanted) {
        warnings.push_back(fmt::format("incomplete: {} of the {} indices from {} to {} were judged", report.cases,
                                       wanted, report.first, report.end - 1));
    }
    for (const CampaignSession& each : unfinished(sessions)) {
        warnings.push_back(
            fmt::format("the process that began at {} and judged {} cases or more was killed, or still runs",
                        each.began, each.cases));
    }
}

CampaignReport read_campaign(const CampaignFolder& folder, const std::vector<KnownIssue>& known_issues,
                             const std::vector<CampaignSession>& sessions, std::vector<std::string>& warnings) {
    CampaignFold fold;
    std::unordered_set<std::uint64_t> indices;
    const JournalContent content =
        read_journal(folder.journal(), [&fold, &indices](const CaseRecord& record, std::int64_t) {
            if (indices.insert(record.index).second) {
                fold.add(record);
            }
        });
    CampaignReport report = fold.report(known_issues);
    report.configuration = folder.configuration().name;
    report.complaints = content.complaints;
    report.faults = fold.fault_coverage().examine(folder.configuration());
    folder.read_backends(report.backends, report.not_run);
    warn_of_gaps(report, sessions, warnings);
    std::error_code error;
    if (static_cast<std::int64_t>(std::filesystem::file_size(folder.journal(), error)) > content.size) {
        warnings.emplace_back("journal.jsonl: its last line was torn off; the campaign was ended or still runs");
    }
    return report;
}

CampaignEnvironment read_environment(const std::filesystem::path& file, std::vector<std::string>& warnings) {
    try {
        const nlohmann::json document = parse_json_file(file);
        return environment_from(JsonObjectReader(document, file.string(), ""));
    } catch (const InputError& missing) {
        warnings.push_back(fmt::format("the machine is not known: {}", missing.what()));
        return {};
    }
}

/// The folders of reduced findings, by the cluster's file name.
std::multimap<std::string, std::filesystem::path> finding_folders(const std::filesystem::path& folder) {
    std::multimap<std::string, std::filesystem::path> result;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "findings", error)) {
        if (entry.is_symlink(error)) {
            continue;
        }
        const std::string name = entry.path().filename().string();
        result.emplace(name.substr(0, name.rfind('_')), entry.path());
    }
    return result;
}

std::vector<ReportedReproducer> read_reproducers(const std::filesystem::path& folder,
                                                 std::vector<std::string>& warnings) {
    std::vector<ReportedReproducer> result;
    const std::filesystem::path index = folder / "reproducers.json";
    std::error_code error;
    if (!std::filesystem::exists(index, error)) {
        return result;
    }
    try {
        const nlohmann::json document = parse_json_file(index);
        const JsonObjectReader reader(document, index.string(), "");
        for (const JsonObjectReader& each : reader.objects("reproducers")) {
            ReportedReproducer reproducer{
                each.text("kind"), each.text("status"), each.text("why", false), each.text("command", false), "", {}};
            const std::filesystem::path own = folder / beside(reproducer.kind);
            if (std::filesystem::is_symlink(own, error)) {
                throw InputError(own.string() + ": is a link");
            }
            reproducer.observed = text_of(own / "observed.txt");
            for (const std::string& name : each.texts("files")) {
                reproducer.files.push_back({name, text_of(own / beside(name))});
            }
            result.push_back(std::move(reproducer));
        }
    } catch (const InputError& unreadable) {
        warnings.emplace_back(unreadable.what());
    }
    return result;
}

/// What the finding's folder holds.
void read_finding(ReportedFinding& finding, const std::filesystem::path& campaign, const std::filesystem::path& folder,
                  std::vector<std::string>& warnings) {
    finding.folder = std::filesystem::relative(folder, campaign).generic_string();
    finding.finding = text_of(folder / "finding.json");
    finding.not_reduced = text_of(folder / "not_reduced.txt");
    if (finding.finding.empty() && finding.not_reduced.empty()) {
        warnings.push_back(finding.folder + ": its reduction was not finished");
        return;
    }
    finding.observation = text_of(folder / "observation.json");
    for (auto& [text, name] :
         {std::pair(&finding.finding, "finding.json"), {&finding.observation, "observation.json"}}) {
        try {
            static_cast<void>(text->empty() ? nlohmann::json() : parse_json_text(*text));
        } catch (const std::invalid_argument& unreadable) {
            warnings.push_back(fmt::format("{}/{}: cannot be read: {}", finding.folder, name, unreadable.what()));
            text->clear();
        }
    }
    if (const auto complaint = complaint_of_documents(finding)) {
        warnings.push_back(fmt::format("{}: finding.json or observation.json: {}", finding.folder, *complaint));
        finding.finding.clear();
    }
    if (finding.finding.empty() && finding.not_reduced.empty()) {
        finding.observation.clear();
        return;
    }
    finding.minimal = text_of(folder / "minimal.json");
    finding.passing = text_of(folder / "passing.json");
    finding.issue_text = text_of(folder / "finding.md");
    finding.reproducers = read_reproducers(folder / "repro", warnings);
}

std::vector<ReportedFinding> read_findings(const CampaignReport& campaign, const std::filesystem::path& folder,
                                           std::vector<std::string>& warnings) {
    const auto folders = finding_folders(folder);
    std::vector<ReportedFinding> result;
    for (const Cluster& cluster : campaign.clusters) {
        ReportedFinding finding;
        finding.cluster = cluster;
        finding.id = std::filesystem::path(cluster.smallest_file).stem().string();
        finding.identity = identity_text(cluster.signature);
        finding.state = cluster.regressed.empty() ? FindingState::fresh : FindingState::regressed;
        const auto [begin, end] = folders.equal_range(finding.id);
        const std::string wanted = fmt::format("{}_{}", finding.id, cluster.smallest_index);
        const auto exact =
            std::find_if(begin, end, [&wanted](const auto& each) { return each.second.filename() == wanted; });
        if (begin != end) {  // the smallest case may have changed since it was reduced
            read_finding(finding, folder, (exact == end ? begin : exact)->second, warnings);
        }
        result.push_back(std::move(finding));
    }
    return result;
}

void add_machine(std::set<std::string>& machines, const CampaignEnvironment& machine) {
    if (!machine.cpu.empty()) {
        machines.insert(fmt::format("{}, {}, {}", machine.cpu, machine.system, machine.compiler));
    }
}

Night night_of(const ToleranceReport& report, const CampaignFolder& folder, const std::string& name) {
    const CampaignReport& campaign = report.campaign;
    Night night;
    night.configuration = campaign.configuration;
    night.origin = folder.origin();
    const std::vector<std::string> merged = folder.merged_from();
    night.merged_from = {merged.begin(), merged.end()};
    NightSummary& summary = night.summary;
    summary.night = name;
    for (const BackendUsed& backend : campaign.backends) {
        night.libraries.insert(backend.library.empty() ? backend.name : backend.library);
    }
    add_machine(night.machines, report.environment);
    for (const CampaignSession& session : report.sessions) {
        add_machine(night.machines, session.machine);
    }
    summary.cases = campaign.cases;
    for (const ToleranceCount& each : campaign.tolerance) {
        summary.judged += each.elements.judged;
        if (each.elements.judged > 0) {
            night.implementations.insert(
                fmt::format("{} {} {}", each.of.backend, each.of.operation, each.of.implementation));
        }
    }
    for (const KnownIssueSeen& issue : campaign.known_issues) {
        summary.known_runs += issue.runs;
        night.known_issues[issue.id] = issue.runs;
    }
    for (const OperationCoverage& each : campaign.coverage.operations) {
        summary.pairs += each.judged;
    }
    for (const FaultCaught& each : campaign.faults) {
        if (each.exposed > 0) {
            night.faults.insert(fmt::format("{} {}", each.id, each.name));
        }
    }
    for (const RungNotRun& each : campaign.not_run) {
        night.rungs_not_run.insert(fmt::format("{} {}", each.backend, each.isa));
    }
    for (const ReportedFinding& finding : report.findings) {
        night.findings[finding.identity] = finding.cluster.runs;
    }
    return night;
}

void add_nights(ToleranceReport& report, const CampaignFolder& folder, const NightRequest& request) {
    const Night tonight = night_of(report, folder, request.night);
    keep_night(tonight, request.folder);
    std::vector<Night> nights = read_nights(request.folder, tonight.configuration, report.warnings);
    std::erase_if(nights, [&request](const Night& each) { return each.summary.night > request.night; });
    auto histories_of = histories(nights);
    for (ReportedFinding& finding : report.findings) {
        // Not there when this folder is a shard whose whole does not have it: its library gave another answer there.
        const auto found = histories_of.extract(finding.identity);
        const FindingHistory history =
            found ? found.mapped() : FindingHistory{FindingState::fresh, request.night, "", "", ""};
        finding.state = finding.cluster.regressed.empty() ? history.state : FindingState::regressed;
        finding.since = history.since;
        finding.since_library = history.since_library;
        finding.seen_before = history.since != request.night;
    }
    for (const auto& [identity, history] : histories_of) {
        if (history.last_seen != request.night) {  // else another shard of this night has it
            report.absent.push_back({identity, history.state, history.since, history.last_seen, history.last_library});
        }
    }
    for (const Night& night : nights) {
        report.nights.push_back(night.summary);
    }
    if (nights.size() > 1) {
        report.previous_night = nights[nights.size() - 2].summary.night;
        report.changes = changes_between(nights[nights.size() - 2], nights.back());
    }
}

}  // namespace

ToleranceReport read_tolerance_report(const std::filesystem::path& folder, const std::vector<KnownIssue>& known_issues,
                                      const std::optional<NightRequest>& nights) {
    const CampaignFolder campaign = CampaignFolder::existing(folder);
    check_version(campaign);
    ToleranceReport report;
    report.sessions = read_sessions(folder, report.warnings);
    report.campaign = read_campaign(campaign, known_issues, report.sessions, report.warnings);
    report.environment = read_environment(campaign.environment(), report.warnings);
    report.findings = read_findings(report.campaign, folder, report.warnings);
    if (nights) {
        add_nights(report, campaign, *nights);
    }
    return report;
}

}  // namespace difftest::harness
