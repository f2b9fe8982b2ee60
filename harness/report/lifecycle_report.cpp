#include "harness/report/lifecycle_report.hpp"

#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> kStates = {"new", "known", "incubating", "fixed", "regressed", "not run"};

std::string_view style_of(FindingState state, const ScreenStyle& style) {
    switch (state) {
        case FindingState::fresh:
        case FindingState::regressed: return style.failure();
        case FindingState::known: return style.known();
        case FindingState::fixed: return style.pass();
        default: return style.faint();
    }
}

std::string counts(const LifecycleReport& report) {
    std::string text = fmt::format("{} findings of before:", report.findings.size());
    for (std::size_t state = 0; state < kStates.size(); ++state) {
        const std::int64_t count = report.count(static_cast<FindingState>(state));
        text += count == 0 ? "" : fmt::format(" {} {}", count, kStates[state]);
    }
    return text + "\n";
}

}  // namespace

std::string_view name_of(FindingState state) {
    return kStates[static_cast<std::size_t>(state)];
}

std::optional<FindingState> finding_state_from(std::string_view name) {
    const auto found = std::find(kStates.begin(), kStates.end(), name);
    return found == kStates.end() ? std::nullopt : std::optional(static_cast<FindingState>(found - kStates.begin()));
}

std::int64_t LifecycleReport::count(FindingState state) const {
    return std::count_if(findings.begin(), findings.end(),
                         [state](const RecheckedFinding& each) { return each.state == state; });
}

ExitCode exit_code_of(const LifecycleReport& report) {
    RunSummary summary;
    summary.findings = report.count(FindingState::fresh) + report.count(FindingState::regressed);
    summary.known = report.count(FindingState::known);
    summary.passed = report.count(FindingState::fixed) + report.count(FindingState::incubating);
    summary.harness_errors = report.harness_errors;
    return exit_code_of(summary);
}

std::string lifecycle_screen(const LifecycleReport& report, const ScreenStyle& style) {
    std::string text;
    for (const BackendUsed& backend : report.backends) {
        text += fmt::format("{}: {}\n", backend.name, backend.problem.empty() ? backend.library : backend.problem);
    }
    TextTable table({{"finding"},
                     {"backend"},
                     {"release"},
                     {"state"},
                     {"before"},
                     {"failing", Align::right},
                     {"passing", Align::right},
                     {"remark", Align::left, 30}});
    for (const RecheckedFinding& each : report.findings) {
        table.add_row({each.id, each.backend, each.library_version, std::string(name_of(each.state)),
                       each.before == FindingState::not_run ? "" : std::string(name_of(each.before)),
                       fmt::format("{}", each.failing_runs), fmt::format("{}", each.passing_runs), each.remark},
                      std::string(style_of(each.state, style)));
    }
    return text + table.text("  ", style.width) + counts(report);
}

std::string lifecycle_document(const LifecycleReport& report) {
    Json document = {{"format", "difftest-lifecycle"}, {"version", 1}};
    document["findings"] = Json::array();
    for (const RecheckedFinding& each : report.findings) {
        document["findings"].push_back(
            {{"id", each.id},
             {"kind", each.is_known_issue ? "known issue" : "case"},
             {"backend", each.backend},
             {"library_version", each.library_version},
             {"state", name_of(each.state)},
             {"before", each.before == FindingState::not_run ? Json() : Json(name_of(each.before))},
             {"passes", each.passes},
             {"failing_runs", each.failing_runs},
             {"passing_runs", each.passing_runs},
             {"remark", each.remark}});
    }
    document["backends"] = Json::array();
    for (const BackendUsed& each : report.backends) {
        document["backends"].push_back({{"name", each.name},
                                        {"library", each.library},
                                        {"library_version", each.library_version},
                                        {"problem", each.problem}});
    }
    document["not_run"] = Json::array();
    for (const RungNotRun& each : report.not_run) {
        document["not_run"].push_back({{"backend", each.backend}, {"isa", each.isa}, {"reason", each.reason}});
    }
    document["summary"] = {{"new", report.count(FindingState::fresh)},
                           {"known", report.count(FindingState::known)},
                           {"incubating", report.count(FindingState::incubating)},
                           {"fixed", report.count(FindingState::fixed)},
                           {"regressed", report.count(FindingState::regressed)},
                           {"not_run", report.count(FindingState::not_run)},
                           {"harness_errors", report.harness_errors},
                           {"exit_code", static_cast<int>(exit_code_of(report))}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::harness
