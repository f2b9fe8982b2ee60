#include "harness/report/finding_view.hpp"

#include "harness/report/observation_view.hpp"
#include "harness/report/tolerance_document.hpp"
#include "reference/graph/json_number.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string size_text(const Json& size) {
    const auto number = [&size](const char* name) {
        return size.contains(name) ? graph::whole_number<std::int64_t>(size.at(name)) : 0;
    };
    return fmt::format("{} nodes, {} elements in, {} out", number("nodes"), number("elements_in"),
                       number("elements_out"));
}

/// Only values of a number that decide: some fail, some pass.
Json conditions_view(const Json& finding) {
    Json rows = Json::array();
    for (const Json& each : finding.value("conditions", Json::array())) {
        if (!each.at("fails").empty() && !each.at("passes").empty()) {
            rows.push_back({{"what", each.at("what")}, {"own", each.at("own")}, {"text", each.at("text")}});
        }
    }
    return rows;
}

Json reproducers_view(const ReportedFinding& finding) {
    Json rows = Json::array();
    for (const ReportedReproducer& each : finding.reproducers) {
        Json files = Json::array();
        for (const ReportedReproducer::File& file : each.files) {
            files.push_back({{"file", file.name}, {"text", file.text}});
        }
        rows.push_back({{"kind", each.kind},
                        {"status", each.status},
                        {"is_verified", each.status == "verified"},
                        {"why", each.why},
                        {"command", each.command},
                        {"observed", each.observed},
                        {"files", std::move(files)}});
    }
    return rows;
}

/// What reduction and diagnosis say; members that it has nothing for are empty.
void add_reduction(Json& view, const Json& finding) {
    const bool is_there = finding.is_object();
    view["is_reduced"] = is_there;
    view["signature"] = is_there ? finding.value("signature", "") : "";
    view["library"] = is_there ? finding.value("library", "") : "";
    view["finding_isa"] = is_there ? finding.value("isa", "") : "";
    view["finding_plan"] = is_there ? finding.value("plan", "") : "";
    view["reproduce"] = is_there ? finding.value("reproduce", "") : "";
    view["certificate"] = is_there ? finding.value("certificate", "") : "";
    view["original_size"] = is_there ? size_text(finding.value("original", Json::object())) : "";
    view["minimal_size"] = is_there ? size_text(finding.value("minimal", Json::object())) : "";
    view["neighbour"] = is_there && finding.contains("passing") ? finding.at("passing") : Json();
    view["conditions"] = is_there ? conditions_view(finding) : Json::array();
    view["other_bugs"] = is_there ? finding.value("others", Json::array()) : Json::array();
    const Json diagnosis = is_there ? finding.value("diagnosis", Json()) : Json();
    view["has_diagnosis"] = diagnosis.is_object();
    view["named"] = diagnosis.is_object() ? diagnosis.at("named") : Json::array();
    view["unexplained"] = diagnosis.is_object() ? diagnosis.at("unexplained") : Json();
    view["rejected"] = diagnosis.is_object() ? diagnosis.at("rejected") : Json::array();
    const std::size_t rejected = view["rejected"].size();
    view["rejected_count"] = rejected == 0 ? Json() : Json(rejected);
}

}  // namespace

std::optional<std::string> complaint_of_documents(const ReportedFinding& finding) {
    try {
        Json view;
        add_reduction(view, parsed_or_null(finding.finding));
        add_observation(view, parsed_or_null(finding.observation));
        return std::nullopt;
    } catch (const Json::exception& unreadable) {  // a member is missing, or of another type
        return unreadable.what();
    } catch (const std::invalid_argument& unreadable) {  // a number is no count
        return unreadable.what();
    }
}

Json finding_view(const ReportedFinding& finding) {
    const Cluster& cluster = finding.cluster;
    const FailureSignature& signature = cluster.signature;
    const std::string_view state = state_label(finding);
    Json view = {{"id", finding.id},
                 {"title", title_of(cluster)},
                 {"state", state},
                 {"is_new", state != "open"},
                 {"since", finding.since},
                 {"since_library", finding.since_library},
                 {"backend", signature.backend},
                 {"verdict", name_of(signature.verdict)},
                 {"operation", signature.operation},
                 {"implementation", signature.implementation},
                 {"pattern", signature.pattern},
                 {"attributes", signature.attributes},
                 {"isas", fmt::format("{}", fmt::join(cluster.isas, " "))},
                 {"plans", fmt::format("{}", fmt::join(cluster.plans, " "))},
                 {"runs", cluster.runs},
                 {"cases", cluster.cases},
                 {"reason", cluster.reason},
                 {"smallest_file", cluster.smallest_file},
                 {"folder", finding.folder},
                 {"not_reduced", finding.not_reduced},
                 {"minimal", finding.minimal},
                 {"passing", finding.passing},
                 {"issue_text", finding.issue_text},
                 {"graph_drawing", finding.graph_drawing},
                 {"reproducers", reproducers_view(finding)}};
    add_reduction(view, parsed_or_null(finding.finding));
    view["has_conditions"] = !view["conditions"].empty();
    view["has_other_bugs"] = !view["other_bugs"].empty();
    add_observation(view, parsed_or_null(finding.observation));
    return view;
}

}  // namespace difftest::harness
