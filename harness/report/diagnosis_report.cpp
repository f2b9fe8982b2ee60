#include "harness/report/diagnosis_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <map>

namespace difftest::harness {
namespace {

std::string portrait_lines(const DiagnosisReport& report) {
    std::string text;
    for (const DiagnosisPortrait& portrait : report.portraits) {
        text += fmt::format("  wrong in {}: {}\n", portrait.tensor, fmt::join(portrait.places, "; "));
        text +=
            portrait.values.empty() ? "" : fmt::format("    what stands there: {}\n", fmt::join(portrait.values, "; "));
    }
    return text;
}

std::string property_lines(const DiagnosisReport& report) {
    std::string text;
    for (const DecidingProperty& each : report.properties) {
        text += each.decides ? fmt::format("  condition: {} (here {}): {}\n", each.what, each.own, each.text) : "";
    }
    return text;
}

/// By verdict: "violation: AVX2 fused (jit), ..."
std::string elsewhere_lines(const DiagnosisReport& report) {
    std::map<std::string, std::vector<std::string>> runs;
    for (const DiagnosisRun& run : report.elsewhere) {
        runs[run.verdict].push_back(fmt::format("{} {} ({})", run.isa, run.plan, fmt::join(run.implementations, ", ")));
    }
    std::string text;
    for (const auto& [verdict, names] : runs) {
        text += fmt::format("  {}: {}\n", verdict, fmt::join(names, "; "));
    }
    return text;
}

/// What the case itself rejects in one line: it is most of the dictionary.
std::string rejection_lines(const DiagnosisReport& report) {
    std::string text;
    std::vector<std::string> at_once;
    for (const DiagnosisRejection& rejection : report.rejected) {
        if (rejection.because.starts_with("the case itself")) {
            at_once.push_back(rejection.name);
        } else {
            text += fmt::format("  rejected: {}: {}\n", rejection.name, rejection.because);
        }
    }
    if (!at_once.empty()) {
        text += fmt::format("  rejected by the case itself: {}\n", fmt::join(at_once, "; "));
    }
    return text;
}

}  // namespace

std::string diagnosis_screen(const DiagnosisReport& report) {
    return fmt::format("{} on {} {} {}\n", report.case_name, report.backend, report.isa, report.plan) +
           diagnosis_lines(report);
}

std::string diagnosis_lines(const DiagnosisReport& report) {
    std::string text;
    if (report.named.empty()) {
        text += fmt::format("  unexplained: {}\n", report.unexplained);
    }
    for (const DiagnosisRule& rule : report.named) {
        text += fmt::format("  broken: {}\n    the rule: {}\n    instead: {}\n    seen in: {}\n", rule.name, rule.rule,
                            rule.deviates, rule.seen_in);
    }
    if (report.named.size() > 1) {
        text += "  no run tells these apart\n";
    }
    text += fmt::format(
        "  evidence: {} runs of the backend, {} of them variants on which the named rule differs from the "
        "graph and was seen\n",
        report.runs, report.confirmations);
    text += portrait_lines(report) + property_lines(report) + elsewhere_lines(report);
    return text + rejection_lines(report);
}

std::string diagnosis_document(const DiagnosisReport& report) {
    nlohmann::ordered_json document{{"diagnosis_version", 1},
                                    {"case", report.case_name},
                                    {"backend", report.backend},
                                    {"isa", report.isa},
                                    {"plan", report.plan}};
    document["named"] = nlohmann::ordered_json::array();
    for (const DiagnosisRule& rule : report.named) {
        document["named"].push_back(
            {{"name", rule.name}, {"rule", rule.rule}, {"deviates", rule.deviates}, {"seen_in", rule.seen_in}});
    }
    document["unexplained"] = report.unexplained;
    document["rejected"] = nlohmann::ordered_json::array();
    for (const DiagnosisRejection& rejection : report.rejected) {
        document["rejected"].push_back({{"name", rejection.name}, {"because", rejection.because}});
    }
    document["portraits"] = nlohmann::ordered_json::array();
    for (const DiagnosisPortrait& portrait : report.portraits) {
        document["portraits"].push_back(
            {{"tensor", portrait.tensor}, {"places", portrait.places}, {"values", portrait.values}});
    }
    document["properties"] = nlohmann::ordered_json::array();
    for (const DecidingProperty& each : report.properties) {
        document["properties"].push_back(
            {{"what", each.what}, {"own", each.own}, {"decides", each.decides}, {"text", each.text}});
    }
    document["elsewhere"] = nlohmann::ordered_json::array();
    for (const DiagnosisRun& run : report.elsewhere) {
        document["elsewhere"].push_back(
            {{"isa", run.isa}, {"plan", run.plan}, {"verdict", run.verdict}, {"implementations", run.implementations}});
    }
    document["runs"] = report.runs;
    document["confirmations"] = report.confirmations;
    document["seconds"] = report.seconds;
    return document.dump(2) + "\n";
}

}  // namespace difftest::harness
