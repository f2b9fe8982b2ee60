#include "harness/report/tolerance_document.hpp"

#include "harness/report/campaign_document.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

Json reproducers_document(const ReportedFinding& finding) {
    Json result = Json::array();
    for (const ReportedReproducer& each : finding.reproducers) {
        Json files = Json::array();
        for (const ReportedReproducer::File& file : each.files) {
            files.push_back({{"name", file.name}, {"text", file.text}});
        }
        result.push_back({{"kind", each.kind},
                          {"status", each.status},
                          {"why", each.why},
                          {"command", each.command},
                          {"observed", each.observed},
                          {"files", std::move(files)}});
    }
    return result;
}

Json finding_entry(const ReportedFinding& finding, std::size_t number) {
    return {{"id", finding.id},
            {"title", title_of(finding.cluster)},
            {"identity", finding.identity},
            {"cluster", number},
            {"state", state_label(finding)},
            {"since", finding.since.empty() ? Json() : Json(finding.since)},
            {"since_library", finding.since_library.empty() ? Json() : Json(finding.since_library)},
            {"folder", finding.folder.empty() ? Json() : Json(finding.folder)},
            {"not_reduced", finding.not_reduced.empty() ? Json() : Json(finding.not_reduced)},
            {"finding", parsed_or_null(finding.finding)},
            {"observation", parsed_or_null(finding.observation)},
            {"reproducers", reproducers_document(finding)}};
}

Json environment_document(const CampaignEnvironment& environment) {
    return {{"cpu", environment.cpu},
            {"cpus", environment.cpus},
            {"system", environment.system},
            {"compiler", environment.compiler},
            {"difftest_version", environment.difftest_version}};
}

Json throughput_document(const ToleranceReport& report) {
    const Throughput all = throughput_of(report);
    Json sessions = Json::array();
    for (const CampaignSession& each : report.sessions) {
        sessions.push_back({{"machine", environment_document(each.machine)},
                            {"jobs", each.jobs},
                            {"cases", each.cases},
                            {"seconds", each.seconds},
                            {"processor_seconds", each.processor_seconds},
                            {"shard", fmt::format("{}/{}", each.shard + 1, each.shards)},
                            {"began", each.began},
                            {"ended", each.ended.empty() ? Json() : Json(each.ended)}});
    }
    return {{"cases", all.cases},
            {"processor_seconds", all.processor_seconds},
            {"cases_per_processor_second", all.cases_per_processor_second()},
            {"elements_per_processor_second", all.elements_per_processor_second()},
            {"sessions", std::move(sessions)}};
}

Json night_document(const NightSummary& night) {
    return {{"night", night.night},   {"libraries", night.libraries}, {"cases", night.cases},
            {"judged", night.judged}, {"problems", night.problems},   {"known_runs", night.known_runs},
            {"pairs", night.pairs}};
}

}  // namespace

Json parsed_or_null(const std::string& text) {
    Json value = Json::parse(text, nullptr, false);
    return value.is_discarded() ? Json() : value;
}

std::string title_of(const Cluster& cluster) {
    const FailureSignature& signature = cluster.signature;
    std::string inner;
    for (const std::string& part : {signature.implementation, signature.grouping, signature.pattern}) {
        inner += part.empty() ? "" : (inner.empty() ? "" : ", ") + part;
    }
    const std::string operation = signature.operation.empty() ? signature.backend : signature.operation;
    return std::string(name_of(signature.verdict)) + " in " + operation + (inner.empty() ? "" : " (" + inner + ")");
}

std::string readable_identity(const std::string& identity) {
    std::string text;
    for (std::size_t begin = 0; begin < identity.size();) {
        const std::size_t end = std::min(identity.find('|', begin), identity.size());
        text += end == begin ? "" : (text.empty() ? "" : ", ") + identity.substr(begin, end - begin);
        begin = end + 1;
    }
    return text;
}

std::string_view state_label(const ReportedFinding& finding) {
    const bool open = finding.state == FindingState::fresh && finding.seen_before;
    return open ? std::string_view("open") : name_of(finding.state);
}

Throughput throughput_of(const ToleranceReport& report) {
    Throughput all;
    for (const CampaignSession& each : report.sessions) {
        all.cases += each.cases;
        all.processor_seconds += each.processor_seconds;
    }
    all.campaign_cases = report.campaign.cases;
    all.elements = elements_in_all(report.campaign).judged;
    return all;
}

ExitCode exit_code_of(const ToleranceReport& report) {
    const ExitCode code = exit_code_of(report.campaign);
    const bool is_whole = report.warnings.empty() && report.campaign.complaints.empty();
    return code == ExitCode::clean && !is_whole ? ExitCode::harness_error : code;
}

Json tolerance_document(const ToleranceReport& report) {
    Json document = {{"format", "difftest-report"}, {"version", 2}, {"warnings", report.warnings}};
    document["environment"] = environment_document(report.environment);
    document["throughput"] = throughput_document(report);
    document["campaign"] = Json::parse(campaign_document(report.campaign));
    document["findings"] = Json::array();
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
        document["findings"].push_back(finding_entry(report.findings[i], i));
    }
    document["absent"] = Json::array();
    for (const AbsentFinding& each : report.absent) {
        document["absent"].push_back({{"identity", each.identity},
                                      {"state", name_of(each.state)},
                                      {"since", each.since},
                                      {"last_seen", each.last_seen},
                                      {"last_library", each.last_library}});
    }
    document["nights"] = Json::array();
    for (const NightSummary& night : report.nights) {
        document["nights"].push_back(night_document(night));
    }
    document["previous_night"] = report.previous_night.empty() ? Json() : Json(report.previous_night);
    document["changes"] = Json::array();
    for (const NightChange& each : report.changes) {
        document["changes"].push_back({{"what", each.what}, {"text", each.text}});
    }
    document["exit_code"] = static_cast<int>(exit_code_of(report));
    return document;
}

}  // namespace difftest::harness
