#include "harness/report/equivalents_report.hpp"

#include "harness/report/run_document.hpp"
#include "harness/report/run_screen.hpp"
#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string number_or_dash(const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : "-";
}

Json number_or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

/// How often each verdict was given to each form: a form has a run for each backend, rung and plan.
std::string verdicts_text(const RunReport& report) {
    std::map<std::string, std::map<std::string, std::int64_t>> counts;
    std::set<std::string> kinds;
    for (const RunEntry& entry : report.entries) {
        const std::string kind = entry.known_issue ? "known" : std::string(name_of(entry.judgement.verdict));
        ++counts[entry.case_name][kind];
        kinds.insert(kind);
    }
    std::vector<Column> columns{{"runs of"}};
    for (const std::string& kind : kinds) {
        columns.push_back({kind, Align::right});
    }
    TextTable table(columns);
    for (const auto& [name, of_form] : counts) {
        std::vector<std::string> cells{name};
        for (const std::string& kind : kinds) {
            cells.push_back(fmt::format("{}", of_form.contains(kind) ? of_form.at(kind) : 0));
        }
        table.add_row(cells);
    }
    return table.text("  ", std::nullopt);
}

/// The runs that failed and are no known issue, as `difftest run` shows them.
std::string findings_text(const RunReport& report, const ScreenStyle& style) {
    RunReport findings = report;
    std::erase_if(findings.entries, [](const RunEntry& entry) { return !entry.is_finding(); });
    return findings.entries.empty() ? "" : run_screen(findings, style);
}

std::string verdict_of(const FormRow& row) {
    if (!row.why_not.empty()) {
        return row.why_not;
    }
    return row.breaks.empty() ? "the same allowed sets" : fmt::format("{}: {} elements", row.breaks, row.differing);
}

}  // namespace

std::string equivalents_screen(const EquivalentsReport& report, const ScreenStyle& style) {
    TextTable forms({{"form"}, {"nodes", Align::right}, {"against the case"}, {"file"}});
    for (const FormRow& row : report.forms) {
        forms.add_row({row.form, row.nodes == 0 ? "-" : fmt::format("{}", row.nodes), verdict_of(row), row.file});
    }
    TextTable breaks({{"form"},
                      {"breaks by"},
                      {"taps", Align::right},
                      {"x", Align::right},
                      {"w", Align::right},
                      {"zero points", Align::right},
                      {"expected", Align::right},
                      {"got", Align::right}});
    for (const BreakRow& row : report.breaks) {
        breaks.add_row({row.form, row.reason, fmt::format("{}", row.taps), fmt::format("{}", row.x),
                        fmt::format("{}", row.w), fmt::format("{}, {}", row.data_zero_point, row.weights_zero_point),
                        number_or_dash(row.expected), number_or_dash(row.got)});
    }
    std::string text = fmt::format("{}: forms of {}\n", report.case_name, report.node) + forms.text("  ", std::nullopt);
    if (!report.runs.backends.empty()) {
        text += verdicts_text(report.runs) + findings_text(report.runs, style);
    }
    return report.breaks.empty() ? text
                                 : text + "smallest problems, every datum x and every weight w, that break a form:\n" +
                                       breaks.text("  ", std::nullopt);
}

std::string equivalents_document(const EquivalentsReport& report) {
    Json document{{"equivalents_version", 1}, {"case", report.case_name}, {"node", report.node}};
    document["forms"] = Json::array();
    for (const FormRow& row : report.forms) {
        document["forms"].push_back({{"form", row.form},
                                     {"meaning", row.meaning},
                                     {"why_not", row.why_not},
                                     {"breaks", row.breaks},
                                     {"differing", row.differing},
                                     {"nodes", row.nodes},
                                     {"file", row.file}});
    }
    document["runs"] = Json::parse(run_document(report.runs)).at("runs");
    document["breaks"] = Json::array();
    for (const BreakRow& row : report.breaks) {
        document["breaks"].push_back({{"form", row.form},
                                      {"reason", row.reason},
                                      {"taps", row.taps},
                                      {"x", row.x},
                                      {"w", row.w},
                                      {"data_zero_point", row.data_zero_point},
                                      {"weights_zero_point", row.weights_zero_point},
                                      {"expected", number_or_null(row.expected)},
                                      {"got", number_or_null(row.got)},
                                      {"file", row.file}});
    }
    return document.dump(2) + "\n";
}

}  // namespace difftest::harness
