#include "harness/report/tolerance_view.hpp"

#include "harness/report/finding_view.hpp"
#include "harness/report/template_text.hpp"
#include "harness/report/tolerance_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t runs_of(const std::map<Verdict, std::int64_t>& runs, Verdict verdict) {
    const auto found = runs.find(verdict);
    return found == runs.end() ? 0 : found->second;
}

std::int64_t failing(const std::map<Verdict, std::int64_t>& runs) {
    std::int64_t count = 0;
    for (const auto& [verdict, number] : runs) {
        count += is_failure(verdict) ? number : 0;
    }
    return count;
}

/// Digits in groups of three, so that large numbers can be read.
std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (std::ptrdiff_t at = std::ssize(digits) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
        digits.insert(static_cast<std::size_t>(at), "\u202F");
    }
    return digits;
}

Json backends_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    for (const BackendUsed& backend : campaign.backends) {
        rows.push_back({{"backend", backend.name},
                        {"library", backend.library},
                        {"library_path", backend.library_path},
                        {"runtime", backend.runtime}});
    }
    return rows;
}

ElementCount elements_of(const CampaignReport& campaign, const std::string& backend,
                         const std::string& implementation) {
    const auto found = campaign.elements.find({backend, implementation});
    return found == campaign.elements.end() ? ElementCount{} : found->second;
}

Json implementations_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    for (const ImplementationCount& each : campaign.implementations) {
        const ElementCount count = elements_of(campaign, each.backend, each.implementation);
        const std::int64_t wrong = failing(each.runs);
        rows.push_back({{"backend", each.backend},
                        {"operation", each.operation},
                        {"implementation", each.implementation.empty() ? "none was chosen" : each.implementation},
                        {"isas", fmt::format("{}", fmt::join(each.isas, " "))},
                        {"cases", each.cases},
                        {"exact", runs_of(each.runs, Verdict::exact)},
                        {"allowed", runs_of(each.runs, Verdict::allowed)},
                        {"vacuous", runs_of(each.runs, Verdict::vacuous)},
                        {"failing", wrong},
                        {"is_failing", wrong > 0},
                        {"passes", runs_of(each.runs, Verdict::exact) + runs_of(each.runs, Verdict::allowed) > 0},
                        {"elements_judged", grouped(count.judged)},
                        {"elements_ambiguous", grouped(count.ambiguous)},
                        {"elements_outside", grouped(count.outside)}});
    }
    return rows;
}

/// The heat map of coverage: a row for each operation, a cell for each rung, shaded by the share that was judged.
Json coverage_view(const CampaignReport& campaign) {
    std::set<std::string> rungs;
    for (const OperationCoverage& each : campaign.coverage.operations) {
        for (const auto& [rung, count] : each.judged_on) {
            rungs.insert(rung);
        }
    }
    Json rows = Json::array();
    for (const OperationCoverage& each : campaign.coverage.operations) {
        if (each.possible == 0) {
            continue;
        }
        Json cells = Json::array();
        for (const std::string& rung : rungs) {
            const auto found = each.judged_on.find(rung);
            const std::int64_t judged = found == each.judged_on.end() ? 0 : found->second;
            const std::int64_t share = 100 * judged / each.possible;
            cells.push_back({{"share", share}, {"shade", share / 10}, {"rung", rung}, {"judged", judged}});
        }
        rows.push_back({{"operation", each.operation},
                        {"possible", each.possible},
                        {"drawn", each.drawn},
                        {"cells", std::move(cells)}});
    }
    return {{"rungs", Json(rungs)}, {"rows", std::move(rows)}, {"missed", campaign.coverage.missed.size()}};
}

Json reasons_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    for (const RefusalCount& each : campaign.refusals) {
        rows.push_back({{"what", each.backend + " refused"}, {"reason", each.reason}, {"count", each.runs}});
    }
    for (const auto& [reason, count] : campaign.resampled) {
        rows.push_back({{"what", "drawn again"}, {"reason", reason}, {"count", count}});
    }
    for (const RungNotRun& rung : campaign.not_run) {
        rows.push_back({{"what", rung.backend + " " + rung.isa + " not run"}, {"reason", rung.reason}, {"count", ""}});
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
    ElementCount elements;
    for (const auto& [of, count] : campaign.elements) {
        elements += of.implementation.empty() ? count : ElementCount{};
    }
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
            {"ambiguous", grouped(elements.ambiguous)},
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
        rows.push_back({{"identity", each.identity},
                        {"state", name_of(each.state)},
                        {"since", each.since},
                        {"last_seen", each.last_seen}});
    }
    return rows;
}

/// What the charts draw, read by the page's script.
Json chart_data(const ToleranceReport& report, const Json& findings) {
    Json nights = Json::array();
    for (const NightSummary& night : report.nights) {
        nights.push_back({{"night", night.night},
                          {"problems", night.problems},
                          {"pairs", night.pairs},
                          {"cases", night.cases},
                          {"known_runs", night.known_runs}});
    }
    Json histograms = Json::object();
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
                 {"coverage", coverage_view(campaign)},
                 {"reasons", reasons_view(campaign)},
                 {"known", known_view(campaign)},
                 {"harness_errors", harness_errors_view(campaign)},
                 {"absent", absent_view(report)},
                 {"has_trend", report.nights.size() > 1},
                 {"has_absent", !report.absent.empty()},
                 {"has_known", !campaign.known_issues.empty()}};
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
    view["chart_data"] = script_json(chart_data(report, view["findings"]));
    return view;
}

}  // namespace difftest::harness
