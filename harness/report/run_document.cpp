#include "harness/report/run_document.hpp"

#include "harness/report/engine_table.hpp"
#include "harness/report/json_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

Json outside_element(const OutsideElement& element, graph::DataType type) {
    return {{"index", element.index},
            {"coordinates", element.coordinates},
            {"expected", json_set(element.expected, type)},
            {"got", json_number(element.got, type)},
            {"distance", json_number(element.distance, graph::DataType::f32)}};
}

Json output(const Comparison& comparison) {
    Json first = Json::array();
    for (const OutsideElement& element : comparison.first) {
        first.push_back(outside_element(element, comparison.type));
    }
    return {{"tensor", comparison.tensor},
            {"type", graph::name_of(comparison.type)},
            {"elements", comparison.elements},
            {"judged", comparison.judged},
            {"outside", comparison.outside},
            {"ambiguous", comparison.ambiguous},
            {"unconstrained", comparison.unconstrained},
            {"constant", comparison.constant},
            {"pattern", name_of(comparison.pattern)},
            {"worst", comparison.worst ? outside_element(*comparison.worst, comparison.type) : Json()},
            {"first_outside", std::move(first)}};
}

Json trace(const Trace& steps) {
    Json result = Json::array();
    for (const TraceStep& step : steps) {
        result.push_back({{"node", step.node},
                          {"operation", step.operation},
                          {"tensor", step.tensor},
                          {"type", graph::name_of(step.type)},
                          {"coordinates", step.coordinates},
                          {"operands", json_operands(step.operands)},
                          {"allowed", json_set(step.allowed, step.type)},
                          {"got", step.got ? json_number(*step.got, step.type) : Json()}});
    }
    return result;
}

Json worker_end(const WorkerEnd& end) {
    return {{"signal", end.signal}, {"exit_code", end.exit_code}, {"stage", end.stage}, {"frames", end.frames},
            {"log", end.log},       {"confirmed", end.confirmed}};
}

Json metrics(const oracle::Metrics& metrics) {
    return {{"elements", metrics.elements},
            {"singletons", metrics.singletons},
            {"largest_set", metrics.largest_set},
            {"ambiguous_branches", metrics.branch_ambiguous},
            {"overflow_sensitive", metrics.overflow_sensitive},
            {"out_of_contract", metrics.unconstrained},
            {"widened", metrics.widened}};
}

Json entry_document(const RunEntry& entry) {
    Json partitions = Json::array();
    for (const backends::PartitionReport& partition : entry.partitions) {
        partitions.push_back({{"nodes", partition.nodes}, {"implementation", partition.implementation}});
    }
    const auto comparisons = [](const std::vector<Comparison>& compared) {
        Json result = Json::array();
        std::transform(compared.begin(), compared.end(), std::back_inserter(result), output);
        return result;
    };
    return {{"case", entry.case_name},
            {"backend", entry.backend},
            {"isa", entry.isa},
            {"plan", entry.plan},
            {"implementation", entry.implementation()},
            {"partitions", std::move(partitions)},
            {"traits", entry.traits},
            {"contract", entry.contract},
            {"verdict", name_of(entry.judgement.verdict)},
            {"reason", entry.judgement.reason},
            {"worker_end", entry.worker_end ? worker_end(*entry.worker_end) : Json()},
            {"known_issue", entry.known_issue ? Json(*entry.known_issue) : Json()},
            {"regressed", entry.regressed ? Json(*entry.regressed) : Json()},
            {"explained_by", entry.explained_by},
            {"elements", entry.elements()},
            {"judged", entry.judged()},
            {"outside", entry.outside()},
            {"ambiguous", entry.ambiguous()},
            {"unconstrained", entry.unconstrained()},
            {"notes", entry.notes},
            {"metrics", entry.metrics ? metrics(*entry.metrics) : Json()},
            {"outputs", comparisons(entry.outputs)},
            {"intermediates", comparisons(entry.intermediates)},
            {"first_wrong", entry.first_wrong ? Json(*entry.first_wrong) : Json()},
            {"worst_output", entry.worst_output ? Json(*entry.worst_output) : Json()},
            {"trace", trace(entry.trace)}};
}

Json summary_document(const RunReport& report) {
    const RunSummary summary = summarize(report);
    Json reasons = Json::array();
    for (const UnsupportedReason& each : unsupported_reasons(report)) {
        reasons.push_back({{"reason", each.reason}, {"runs", each.runs}});
    }
    return {{"runs", summary.runs},
            {"passed", summary.passed},
            {"findings", summary.findings},
            {"known", summary.known},
            {"unsupported", summary.unsupported},
            {"unsupported_reasons", std::move(reasons)},
            {"vacuous", summary.vacuous},
            {"harness_errors", summary.harness_errors},
            {"unavailable", summary.unavailable},
            {"exit_code", static_cast<int>(exit_code_of(summary))}};
}

Json engines_document(const RunReport& report) {
    Json documents = Json::array();
    for (const EngineTable& table : engine_tables(report)) {
        Json answers = Json::array();
        for (std::size_t i = 0; i < table.answers.size(); ++i) {
            const EngineAnswer& answer = table.answers[i];
            Json distances = Json::array();
            for (const auto& distance : table.distances[i]) {
                distances.push_back(distance ? Json{{"different", distance->different},
                                                    {"most", json_number(distance->most, graph::DataType::f32)}}
                                             : Json());
            }
            answers.push_back({{"backend", answer.backend},
                               {"library", answer.library},
                               {"runs", answer.runs},
                               {"contract", answer.contract},
                               {"verdict", answer.verdict},
                               {"judged", answer.judged},
                               {"outside", answer.outside},
                               {"most", json_number(answer.most, graph::DataType::f32)},
                               {"distances", std::move(distances)}});
        }
        documents.push_back({{"case", table.case_name}, {"answers", std::move(answers)}});
    }
    return documents;
}

}  // namespace

std::string run_document(const RunReport& report) {
    Json document = {{"format", "difftest-run"}, {"version", 1}};
    document["backends"] = Json::array();
    for (const BackendUsed& backend : report.backends) {
        document["backends"].push_back({{"name", backend.name},
                                        {"library", backend.library},
                                        {"library_version", backend.library_version},
                                        {"library_path", backend.library_path},
                                        {"runtime", backend.runtime},
                                        {"available", backend.problem.empty()},
                                        {"problem", backend.problem.empty() ? Json() : Json(backend.problem)}});
    }
    document["cases"] = Json::array();
    for (const auto& [name, annotations] : report.annotations) {
        document["cases"].push_back({{"name", name}, {"annotations", Json(annotations)}});
    }
    document["runs"] = Json::array();
    for (const RunEntry& entry : report.entries) {
        document["runs"].push_back(entry_document(entry));
    }
    document["not_run"] = Json::array();
    for (const RungNotRun& rung : report.not_run) {
        document["not_run"].push_back({{"backend", rung.backend}, {"isa", rung.isa}, {"reason", rung.reason}});
    }
    document["engines"] = engines_document(report);
    document["known_issues"] = Json::array();
    for (const KnownIssueSeen& issue : report.known_issues) {
        document["known_issues"].push_back(
            {{"id", issue.id}, {"title", issue.title}, {"upstream", issue.upstream}, {"runs", issue.runs}});
    }
    document["summary"] = summary_document(report);
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::harness
