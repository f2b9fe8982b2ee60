#include "harness/report/tolerance_view.hpp"

#include "harness/report/campaign_view.hpp"
#include "harness/report/finding_view.hpp"
#include "harness/report/template_text.hpp"
#include "harness/report/tolerance_document.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownChanges = 8;  ///< of a kind, at once

std::int64_t runs_of(const std::map<Verdict, std::int64_t>& runs, Verdict verdict) {
    const auto found = runs.find(verdict);
    return found == runs.end() ? 0 : found->second;
}

Json backends_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    for (const BackendUsed& backend : campaign.backends) {
        rows.push_back({{"backend", backend.name},
                        {"library", backend.library},
                        {"library_version", backend.library_version},
                        {"library_path", backend.library_path},
                        {"runtime", backend.runtime}});
    }
    return rows;
}

Json known_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    for (const KnownIssueSeen& issue : campaign.known_issues) {
        const bool is_link = issue.upstream.starts_with("https://");
        rows.push_back({{"issue", issue.id},
                        {"issue_title", issue.title},
                        {"upstream", is_link ? Json(issue.upstream) : Json()},
                        {"runs", issue.runs}});
    }
    return rows;
}

Json harness_errors_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    for (const auto& [error, count] : campaign.harness_errors) {
        rows.push_back({{"error", error}, {"count", count}});
    }
    return rows;
}

Json totals_view(const ToleranceReport& report) {
    const CampaignReport& campaign = report.campaign;
    const ElementCount elements = elements_in_all(campaign);
    std::int64_t known = 0;
    for (const KnownIssueSeen& issue : campaign.known_issues) {
        known += issue.runs;
    }
    return {{"cases", grouped(campaign.cases)},
            {"exact", grouped(runs_of(campaign.verdicts, Verdict::exact))},
            {"allowed", grouped(runs_of(campaign.verdicts, Verdict::allowed))},
            {"vacuous", grouped(runs_of(campaign.verdicts, Verdict::vacuous))},
            {"unsupported", grouped(runs_of(campaign.verdicts, Verdict::unsupported))},
            {"failing_runs", grouped(campaign.findings)},
            {"known_runs", grouped(known)},
            {"problems", report.findings.size()},
            {"judged", grouped(elements.judged)},
            {"elements_exact", grouped(elements.exact())},
            {"elements_allowed", grouped(elements.allowed)},
            {"outside", grouped(elements.outside)},
            {"unconstrained", grouped(elements.unconstrained)}};
}

std::string headline(const ToleranceReport& report) {
    switch (exit_code_of(report)) {
        case ExitCode::finding: {
            const auto is_new = [](const ReportedFinding& each) { return state_label(each) != "open"; };
            const auto fresh = std::count_if(report.findings.begin(), report.findings.end(), is_new);
            return fmt::format("{} distinct problems, {} of them new or regressed", report.findings.size(), fresh);
        }
        case ExitCode::nothing_ran: return "Nothing was judged: this says nothing about the library";
        case ExitCode::harness_error: return "No finding, but the campaign is not complete";
        default: return "No finding";
    }
}

Json absent_view(const ToleranceReport& report) {
    Json rows = Json::array();
    for (const AbsentFinding& each : report.absent) {
        rows.push_back({{"identity", readable_identity(each.identity)},
                        {"state", name_of(each.state)},
                        {"since", each.since},
                        {"last_seen", each.last_seen},
                        {"last_library", each.last_library}});
    }
    return rows;
}

Json sessions_view(const ToleranceReport& report) {
    Json rows = Json::array();
    for (const CampaignSession& each : report.sessions) {
        rows.push_back(
            {{"machine", each.machine.cpu},
             {"jobs", each.jobs},
             {"shard", fmt::format("{}/{}", each.shard + 1, each.shards)},
             {"began", each.began},
             {"ended", each.ended.empty() ? "was killed, or still runs" : each.ended},
             {"cases", grouped(each.cases)},
             {"seconds", fmt::format("{:.1f}", each.seconds)},
             {"processor_seconds", fmt::format("{:.1f}", each.processor_seconds)},
             {"rate", each.seconds > 0 ? fmt::format("{:.1f}", static_cast<double>(each.cases) / each.seconds) : ""}});
    }
    return rows;
}

void add_throughput(Json& view, const ToleranceReport& report) {
    const Throughput all = throughput_of(report);
    view["sessions"] = sessions_view(report);
    view["has_throughput"] = all.processor_seconds > 0;
    view["cases_per_second"] = fmt::format("{:.1f}", all.cases_per_processor_second());
    view["elements_per_second"] = grouped(static_cast<std::int64_t>(all.elements_per_processor_second()));
    view["unknown_cases"] = all.cases < all.campaign_cases ? Json(grouped(all.campaign_cases - all.cases)) : Json();
}

void add_changes(Json& view, const ToleranceReport& report) {
    view["previous_night"] = report.previous_night;
    view["has_previous"] = !report.previous_night.empty();
    view["has_changes"] = !report.changes.empty();
    view["changes"] = Json::array();
    for (std::size_t begin = 0; begin < report.changes.size();) {
        std::size_t end = begin;
        std::string shown;
        std::string rest;
        while (end < report.changes.size() && report.changes[end].what == report.changes[begin].what) {
            std::string& text = end - begin < kShownChanges ? shown : rest;
            text += (text.empty() ? "" : "; ") + report.changes[end++].text;
        }
        const std::size_t more = end - begin > kShownChanges ? end - begin - kShownChanges : 0;
        view["changes"].push_back({{"change", report.changes[begin].what},
                                   {"change_count", end - begin},
                                   {"change_text", shown},
                                   {"more", more == 0 ? Json() : Json(more)},
                                   {"more_text", rest}});
        begin = end;
    }
}

/// What the charts draw, read by the page's script.
Json chart_data(const ToleranceReport& report, const Json& findings, const Json& distances) {
    Json nights = Json::array();
    for (const NightSummary& night : report.nights) {
        nights.push_back({{"night", night.night},
                          {"problems", night.problems},
                          {"pairs", night.pairs},
                          {"cases", night.cases},
                          {"known_runs", night.known_runs}});
    }
    Json histograms = Json::object();
    for (const Json& unit : distances) {
        if (!unit.at("bars").empty()) {
            histograms[unit.at("chart").get<std::string>()] = unit.at("bars");
        }
    }
    for (const Json& finding : findings) {
        if (!finding.at("histogram").empty()) {
            histograms[finding.at("id").get<std::string>()] = finding.at("histogram");
        }
    }
    return {{"nights", std::move(nights)}, {"histograms", std::move(histograms)}};
}

}  // namespace

Json tolerance_view(const ToleranceReport& report) {
    const CampaignReport& campaign = report.campaign;
    const ExitCode code = exit_code_of(report);
    Json view = {{"configuration", campaign.configuration},
                 {"first", campaign.first},
                 {"end", campaign.end},
                 {"headline", headline(report)},
                 {"is_clean", code == ExitCode::clean},
                 {"is_finding", code == ExitCode::finding},
                 {"is_incomplete", code == ExitCode::harness_error || code == ExitCode::nothing_ran},
                 {"warnings", report.warnings},
                 {"complaints", campaign.complaints},
                 {"cpu", report.environment.cpu},
                 {"cpus", report.environment.cpus},
                 {"system", report.environment.system},
                 {"compiler", report.environment.compiler},
                 {"difftest_version", report.environment.difftest_version},
                 {"backends", backends_view(campaign)},
                 {"totals", totals_view(report)},
                 {"implementations", implementations_view(campaign)},
                 {"tolerance", tolerance_rows_view(campaign)},
                 {"distances", distances_view(campaign)},
                 {"sharpness", sharpness_view(campaign)},
                 {"coverage", coverage_view(campaign)},
                 {"reasons", reasons_view(campaign)},
                 {"known", known_view(campaign)},
                 {"harness_errors", harness_errors_view(campaign)},
                 {"absent", absent_view(report)},
                 {"has_trend", report.nights.size() > 1},
                 {"has_absent", !report.absent.empty()},
                 {"has_known", !campaign.known_issues.empty()}};
    add_throughput(view, report);
    add_changes(view, report);
    view["findings"] = Json::array();
    for (const ReportedFinding& finding : report.findings) {
        view["findings"].push_back(finding_view(finding));
    }
    view["problem_count"] = report.findings.size();
    view["has_findings"] = !report.findings.empty();
    view["error_count"] = campaign.harness_errors.size();
    view["skipped_count"] = campaign.known_issues.size() + campaign.not_run.size();
    view["test_count"] = report.findings.size() + campaign.harness_errors.size() + campaign.known_issues.size() +
                         campaign.not_run.size() + campaign.implementations.size();
    for (const Json& each : view["implementations"]) {
        view["skipped_count"] = view["skipped_count"].get<std::size_t>() + (each.at("passes").get<bool>() ? 0 : 1);
    }
    view["not_run"] = Json::array();
    for (const RungNotRun& rung : campaign.not_run) {
        view["not_run"].push_back({{"backend", rung.backend}, {"isa", rung.isa}, {"reason", rung.reason}});
    }
    view["nights"] = Json::array();
    for (const NightSummary& each : report.nights) {
        view["nights"].push_back({{"night", each.night},
                                  {"libraries", each.libraries},
                                  {"cases", grouped(each.cases)},
                                  {"judged", grouped(each.judged)},
                                  {"problems", each.problems},
                                  {"known_runs", grouped(each.known_runs)},
                                  {"pairs", grouped(each.pairs)}});
    }
    view["chart_data"] = script_json(chart_data(report, view["findings"], view["distances"]));
    return view;
}

}  // namespace difftest::harness
