#include "harness/report/tolerance_document.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

struct Rule {
    Verdict verdict;
    std::string_view text;
};

constexpr std::array kRules = {
    Rule{Verdict::violation, "An output element is outside the set of all values that the operations allow."},
    Rule{Verdict::crash, "The library ended its process, or reported an error that is no refusal."},
    Rule{Verdict::hang, "The library did not answer."},
    Rule{Verdict::unwritten, "Part of the output was left unwritten."},
    Rule{Verdict::overrun, "Memory that the library must leave alone was changed."},
    Rule{Verdict::nondeterministic, "Two executions of the same kernel differ."}};

Json rules_document() {
    Json rules = Json::array();
    for (const Rule& rule : kRules) {
        rules.push_back({{"id", name_of(rule.verdict)},
                         {"shortDescription", {{"text", rule.text}}},
                         {"defaultConfiguration", {{"level", "error"}}}});
    }
    return rules;
}

/// A path in a campaign's folder as a URI: SARIF wants no spaces and the like in it.
std::string uri_of(std::string_view path) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string result;
    for (const char c : path) {
        const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~/").find(c) != std::string_view::npos;
        const auto byte = static_cast<unsigned char>(c);
        result += kept ? std::string(1, c) : std::string{'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
    return result;
}

Json location_of(const std::string& file, const FailureSignature& signature) {
    return {{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(file)}, {"uriBaseId", "CAMPAIGN"}}}}},
            {"logicalLocations",
             {{{"name", signature.operation.empty() ? signature.backend : signature.operation},
               {"fullyQualifiedName", signature.backend + "/" + signature.operation + "/" + signature.implementation},
               {"kind", "function"}}}}};
}

Json finding_result(const ReportedFinding& finding) {
    const FailureSignature& signature = finding.cluster.signature;
    Json result = {{"ruleId", name_of(signature.verdict)},
                   {"level", "error"},
                   {"kind", "fail"},
                   {"message", {{"text", title_of(finding.cluster) + ": " + finding.cluster.reason}}},
                   {"partialFingerprints", {{"difftestIdentity/v1", finding.identity}}},
                   {"occurrenceCount", finding.cluster.runs}};
    const bool reduced = !finding.folder.empty() && !finding.minimal.empty();
    result["locations"] = Json::array(
        {location_of(reduced ? finding.folder + "/minimal.json" : finding.cluster.smallest_file, signature)});
    if (!finding.since.empty()) {
        result["baselineState"] = state_label(finding) == "open" ? "unchanged" : "new";
    }
    result["properties"] = {{"state", state_label(finding)},
                            {"since", finding.since},
                            {"isas", finding.cluster.isas},
                            {"plans", finding.cluster.plans},
                            {"attributes", signature.attributes}};
    return result;
}

Json absent_result(const AbsentFinding& finding) {
    return {{"ruleId", finding.identity.substr(0, finding.identity.find('|'))},
            {"level", "error"},
            {"message", {{"text", finding.identity + ": not seen, last in " + finding.last_seen}}},
            {"partialFingerprints", {{"difftestIdentity/v1", finding.identity}}},
            {"baselineState", "absent"},
            {"properties", {{"state", name_of(finding.state)}, {"since", finding.since}}}};
}

Json known_result(const KnownIssueSeen& issue) {
    Json suppression = {{"kind", "external"}, {"status", "accepted"}};
    if (!issue.upstream.empty()) {
        suppression["justification"] = issue.upstream;
    }
    return {{"ruleId", "known_issue"},
            {"level", "note"},
            {"message", {{"text", issue.id + ": " + issue.title}}},
            {"partialFingerprints", {{"difftestIdentity/v1", issue.id}}},
            {"occurrenceCount", issue.runs},
            {"suppressions", Json::array({std::move(suppression)})}};
}

Json notifications(const ToleranceReport& report) {
    Json result = Json::array();
    for (const std::string& warning : report.warnings) {
        result.push_back({{"level", "warning"}, {"message", {{"text", warning}}}});
    }
    for (const auto& [error, count] : report.campaign.harness_errors) {
        result.push_back({{"level", "error"}, {"message", {{"text", error}}}});
    }
    for (const RungNotRun& rung : report.campaign.not_run) {
        result.push_back(
            {{"level", "note"}, {"message", {{"text", rung.backend + " " + rung.isa + ": " + rung.reason}}}});
    }
    return result;
}

}  // namespace

Json sarif_document(const ToleranceReport& report) {
    Json rules = rules_document();
    rules.push_back({{"id", "known_issue"},
                     {"shortDescription", {{"text", "An error of the library that is registered and understood."}}},
                     {"defaultConfiguration", {{"level", "note"}}}});
    Json driver = {{"name", "difftest"}, {"rules", std::move(rules)}};
    if (!report.environment.difftest_version.empty()) {
        driver["version"] = report.environment.difftest_version;
    }
    Json results = Json::array();
    for (const ReportedFinding& finding : report.findings) {
        results.push_back(finding_result(finding));
    }
    for (const AbsentFinding& finding : report.absent) {
        results.push_back(absent_result(finding));
    }
    for (const KnownIssueSeen& issue : report.campaign.known_issues) {
        results.push_back(known_result(issue));
    }
    const bool complete = report.warnings.empty() && report.campaign.harness_errors.empty();
    Json run = {
        {"tool", {{"driver", std::move(driver)}}},
        {"originalUriBaseIds", {{"CAMPAIGN", {{"description", {{"text", "the campaign's folder"}}}}}}},
        {"invocations",
         Json::array({{{"executionSuccessful", complete}, {"toolExecutionNotifications", notifications(report)}}})},
        {"results", std::move(results)},
        {"columnKind", "utf16CodeUnits"}};
    return {{"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({std::move(run)})}};
}

}  // namespace difftest::harness
