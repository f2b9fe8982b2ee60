#include "harness/report/campaign_document.hpp"

#include "harness/compare/error_steps.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

Json verdict_counts(const std::map<Verdict, std::int64_t>& counts) {
    Json result = Json::object();
    for (const auto& [verdict, runs] : counts) {
        result[std::string(name_of(verdict))] = runs;
    }
    return result;
}

Json cluster_document(const Cluster& cluster) {
    const FailureSignature& signature = cluster.signature;
    return {{"backend", signature.backend},
            {"verdict", name_of(signature.verdict)},
            {"operation", signature.operation},
            {"grouping", signature.grouping},
            {"implementation", signature.implementation},
            {"pattern", signature.pattern},
            {"attributes", signature.attributes},
            {"runs", cluster.runs},
            {"cases", cluster.cases},
            {"isas", cluster.isas},
            {"plans", cluster.plans},
            {"first_index", cluster.first_index},
            {"last_index", cluster.last_index},
            {"smallest",
             {{"index", cluster.smallest_index},
              {"draw", cluster.smallest_draw},
              {"isa", cluster.smallest_isa},
              {"plan", cluster.smallest_plan},
              {"cost", cluster.smallest_cost},
              {"file", cluster.smallest_file}}},
            {"reason", cluster.reason},
            {"state", cluster.regressed.empty() ? "new" : "regressed"},
            {"regressed", cluster.regressed.empty() ? Json() : Json(cluster.regressed)}};
}

Json backends_document(const CampaignReport& report) {
    Json result = Json::array();
    for (const BackendUsed& backend : report.backends) {
        result.push_back({{"name", backend.name},
                          {"library", backend.library},
                          {"library_version", backend.library_version},
                          {"library_path", backend.library_path},
                          {"runtime", backend.runtime}});
    }
    return result;
}

Json features_document(const CampaignReport& report) {
    Json result = Json::object();
    for (const auto& [feature, count] : report.features) {
        result[feature] = {{"cases", count.cases}, {"judged_on", Json(count.judged_on)}};
    }
    return result;
}

Json coverage_document(const Coverage& coverage) {
    Json operations = Json::array();
    for (const OperationCoverage& each : coverage.operations) {
        operations.push_back({{"operation", each.operation},
                              {"possible", each.possible},
                              {"drawn", each.drawn},
                              {"judged", each.judged},
                              {"judged_on", Json(each.judged_on)}});
    }
    Json missed = Json::array();
    for (const MissedPair& each : coverage.missed) {
        missed.push_back({{"operation", each.operation},
                          {"pair", {each.first, each.second}},
                          {"cases", each.cases},
                          {"why", each.why}});
    }
    return {{"operations", std::move(operations)}, {"missed", std::move(missed)}};
}

Json error_document(const ErrorCount& errors) {
    Json counts = Json::array();
    for (const auto& [bucket, elements] : errors.counts) {
        counts.push_back({{"up_to", bucket == kNotFinite ? Json() : Json(std::ldexp(1.0, bucket))},  //
                          {"elements", elements}});
    }
    Json largest;
    if (const auto& error = errors.largest) {
        largest = {{"steps", std::isfinite(error->steps) ? Json(error->steps) : Json()},
                   {"index", error->index},
                   {"draw", error->draw},
                   {"plan", error->plan},
                   {"tensor", error->tensor},
                   {"at", error->at},
                   {"expected", error->expected},
                   {"got", error->got}};
    }
    return {{"counts", std::move(counts)}, {"largest", std::move(largest)}};
}

Json element_document(const ElementCount& count) {
    return {{"judged", count.judged},   {"exact", count.exact()},           {"allowed", count.allowed},
            {"outside", count.outside}, {"ambiguous", count.ambiguous},     {"unconstrained", count.unconstrained},
            {"vacuous", count.vacuous}, {"lsb", error_document(count.lsb)}, {"ulp", error_document(count.ulp)}};
}

Json tolerance_rows(const CampaignReport& report) {
    Json rows = Json::array();
    for (const ToleranceCount& each : report.tolerance) {
        rows.push_back({{"backend", each.of.backend},
                        {"isa", each.of.isa},
                        {"operation", each.of.operation},
                        {"implementation", each.of.implementation},
                        {"cases", each.cases},
                        {"runs", verdict_counts(each.runs)},
                        {"elements", element_document(each.elements)}});
    }
    return rows;
}

Json reasons_document(const std::vector<ReasonCount>& reasons) {
    Json rows = Json::array();
    for (const ReasonCount& each : reasons) {
        rows.push_back(
            {{"backend", each.backend}, {"reason", each.reason}, {"runs", each.runs}, {"isas", Json(each.isas)}});
    }
    return rows;
}

Json counts_document(const CampaignReport& report) {
    Json document;
    document["implementations"] = Json::array();
    for (const ImplementationCount& each : report.implementations) {
        document["implementations"].push_back({{"backend", each.backend},
                                               {"operation", each.operation},
                                               {"implementation", each.implementation},
                                               {"isas", each.isas},
                                               {"cases", each.cases},
                                               {"runs", verdict_counts(each.runs)}});
    }
    document["elements"] = element_document(elements_in_all(report));
    document["tolerance"] = tolerance_rows(report);
    document["operations"] = Json::array();
    for (const OperationCount& each : report.operations) {
        document["operations"].push_back({{"backend", each.backend},
                                          {"operation", each.operation},
                                          {"combinations", each.combinations},
                                          {"implementations", each.implementations},
                                          {"passed", each.passed},
                                          {"vacuous", each.vacuous},
                                          {"failing", verdict_counts(each.failing)},
                                          {"known", each.known},
                                          {"problems", each.problems}});
    }
    document["refusals"] = reasons_document(report.refusals);
    document["vacuous"] = reasons_document(report.vacuous);
    document["out_of_contract"] = reasons_document(report.out_of_contract);
    document["known_issues"] = Json::array();
    for (const KnownIssueSeen& issue : report.known_issues) {
        document["known_issues"].push_back(
            {{"id", issue.id}, {"title", issue.title}, {"upstream", issue.upstream}, {"runs", issue.runs}});
    }
    return document;
}

}  // namespace

std::string campaign_document(const CampaignReport& report) {
    Json document = {{"format", "difftest-campaign-report"},
                     {"version", 2},
                     {"configuration", report.configuration},
                     {"indices", {report.first, report.end}},
                     {"backends", backends_document(report)}};
    document["clusters"] = Json::array();
    for (const Cluster& cluster : report.clusters) {
        document["clusters"].push_back(cluster_document(cluster));
    }
    document.update(counts_document(report));
    document["not_run"] = Json::array();
    for (const RungNotRun& rung : report.not_run) {
        document["not_run"].push_back({{"backend", rung.backend}, {"isa", rung.isa}, {"reason", rung.reason}});
    }
    document["resampled"] = Json(report.resampled);
    document["steered"] = {{"cases", report.steered_cases}, {"away_from", Json(report.steered)}};
    document["withheld"] = Json(report.withheld);
    document["guided"] = {{"cases", report.guided_cases}, {"pairs", report.guided_pairs}};
    document["faults"] = Json::array();
    for (const FaultCaught& each : report.faults) {
        document["faults"].push_back({{"id", each.id},
                                      {"name", each.name},
                                      {"cases", each.cases},
                                      {"examined", each.examined},
                                      {"exposed", each.exposed}});
    }
    document["features"] = features_document(report);
    document["pairs"] = coverage_document(report.coverage);
    document["harness_errors"] = Json(report.harness_errors);
    document["complaints"] = report.complaints;
    document["summary"] = {{"cases", report.cases},
                           {"runs", verdict_counts(report.verdicts)},
                           {"findings", report.findings},
                           {"distinct_problems", report.clusters.size()},
                           {"exit_code", static_cast<int>(exit_code_of(report))}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::harness
