#include "harness/report/diagnosis_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {

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
    for (const DiagnosisRejection& rejection : report.rejected) {
        text += fmt::format("  rejected: {}: {}\n", rejection.name, rejection.because);
    }
    return text;
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
    document["runs"] = report.runs;
    document["confirmations"] = report.confirmations;
    document["seconds"] = report.seconds;
    return document.dump(2) + "\n";
}

}  // namespace difftest::harness
