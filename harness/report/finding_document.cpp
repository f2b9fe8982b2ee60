#include "harness/report/finding_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

Json size_document(const CaseSize& size) {
    return {{"nodes", size.nodes}, {"elements_in", size.elements_in}, {"elements_out", size.elements_out}};
}

std::string size_line(const CaseSize& size) {
    return fmt::format("{} {}, {} elements in, {} out", size.nodes, size.nodes == 1 ? "node" : "nodes",
                       size.elements_in, size.elements_out);
}

/// Without the time, which differs from run to run.
Json diagnosis_part(const DiagnosisReport& diagnosis) {
    Json named = Json::array();
    for (const DiagnosisRule& rule : diagnosis.named) {
        named.push_back(rule.name);
    }
    Json rejected = Json::array();
    for (const DiagnosisRejection& rejection : diagnosis.rejected) {
        rejected.push_back({{"name", rejection.name}, {"because", rejection.because}});
    }
    return {{"named", std::move(named)},
            {"unexplained", diagnosis.unexplained},
            {"rejected", std::move(rejected)},
            {"runs", diagnosis.runs},
            {"confirmations", diagnosis.confirmations}};
}

bool decides(const FindingCondition& condition) {
    return !condition.fails.empty() && !condition.passes.empty();
}

}  // namespace

std::string finding_document(const FindingReport& report) {
    Json passes = Json::array();
    for (const FindingPass& pass : report.passes) {
        passes.push_back({{"name", pass.name}, {"offered", pass.offered}, {"accepted", pass.accepted}});
    }
    Json conditions = Json::array();
    for (const FindingCondition& each : report.conditions) {
        conditions.push_back({{"what", each.what},
                              {"own", each.own},
                              {"fails", each.fails},
                              {"passes", each.passes},
                              {"others", each.others},
                              {"text", each.text}});
    }
    Json switches = Json::array();
    for (const DecidingProperty& each : report.switches) {
        switches.push_back({{"what", each.what}, {"own", each.own}, {"decides", each.decides}, {"text", each.text}});
    }
    Json others = Json::array();
    for (const FindingOther& other : report.others) {
        others.push_back({{"signature", other.signature}, {"file", other.file}});
    }
    const Json document = {{"format", "difftest-finding"},
                           {"version", 1},
                           {"case", report.case_name},
                           {"backend", report.backend},
                           {"library", report.library},
                           {"library_version", report.library_version},
                           {"isa", report.isa},
                           {"plan", report.plan},
                           {"verdict", report.verdict},
                           {"reason", report.reason},
                           {"implementations", report.implementations},
                           {"rules", report.rules},
                           {"known_issue", report.known_issue ? Json(*report.known_issue) : Json()},
                           {"affected", report.affected},
                           {"signature", report.signature},
                           {"original", size_document(report.original)},
                           {"minimal", size_document(report.minimal)},
                           {"one_minimal", report.one_minimal},
                           {"flaky", report.flaky},
                           {"tries", report.tries},
                           {"certificate", report.certificate},
                           {"passes", std::move(passes)},
                           {"conditions", std::move(conditions)},
                           {"switches", std::move(switches)},
                           {"passing", report.passing ? Json(*report.passing) : Json()},
                           {"others", std::move(others)},
                           {"diagnosis", report.diagnosis ? diagnosis_part(*report.diagnosis) : Json()},
                           {"reproduce", report.reproduce}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string finding_readme(const FindingReport& report) {
    std::string text = fmt::format("# {}: {}\n\n{}\n\n", report.case_name, report.signature, report.reason);
    text +=
        fmt::format("| | |\n|---|---|\n| backend | {}, {} |\n| ISA, plan | {}, {} |\n| implementation | {} |\n",
                    report.backend, report.library, report.isa, report.plan, fmt::join(report.implementations, " + "));
    text += fmt::format("| `case.json` | {} |\n| `minimal.json` | {} |\n", size_line(report.original),
                        size_line(report.minimal));
    if (report.passing) {
        text += fmt::format("| `passing.json` | passes; one step away: {} |\n", *report.passing);
    }
    text += fmt::format("| certificate | {} |\n", report.certificate);
    if (report.flaky) {
        text += "| flaky | the failure does not show every time |\n";
    }
    text += fmt::format("\n```sh\n{}\n```\n", report.reproduce);
    std::string conditions;
    for (const FindingCondition& each : report.conditions) {
        conditions += decides(each) ? fmt::format("* {} (here {}): {}\n", each.what, each.own, each.text) : "";
    }
    for (const DecidingProperty& each : report.switches) {
        conditions += each.decides ? fmt::format("* {} (here {}): {}\n", each.what, each.own, each.text) : "";
    }
    if (!conditions.empty()) {
        text += "\nWhat decides, everything else as in `minimal.json`:\n\n" + conditions;
    }
    if (report.diagnosis) {
        text += fmt::format("\n## Diagnosis\n\n```\n{}```\n", diagnosis_lines(*report.diagnosis));
    }
    for (const FindingOther& other : report.others) {
        text += fmt::format("\nAnother bug was met on the way: {} (`{}`)\n", other.signature, other.file);
    }
    return text;
}

std::string finding_screen(const FindingReport& report, const std::string& folder) {
    std::string text = fmt::format("{}\n{}\n", report.signature, report.reason);
    text +=
        fmt::format("from {} to {}\n{}\n", size_line(report.original), size_line(report.minimal), report.certificate);
    for (const FindingCondition& each : report.conditions) {
        text += decides(each) ? fmt::format("{} (here {}): {}\n", each.what, each.own, each.text) : "";
    }
    if (report.passing) {
        text += fmt::format("passes with one step: {}\n", *report.passing);
    }
    if (report.diagnosis) {
        for (const DiagnosisRule& rule : report.diagnosis->named) {
            text += fmt::format("broken: {}\n", rule.name);
        }
        text += report.diagnosis->named.empty() ? fmt::format("unexplained: {}\n", report.diagnosis->unexplained) : "";
    }
    for (const FindingOther& other : report.others) {
        text += fmt::format("another bug on the way: {} ({})\n", other.signature, other.file);
    }
    return text + fmt::format("{}/minimal.json\n", folder);
}

}  // namespace difftest::harness
