#include "harness/campaign/case_record.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

Json failure_line(const FailureRecord& failure) {
    const FailureSignature& signature = failure.signature;
    return {{"backend", signature.backend},
            {"isa", failure.isa},
            {"plan", failure.plan},
            {"verdict", name_of(signature.verdict)},
            {"known_issue", failure.known_issue ? Json(*failure.known_issue) : Json()},
            {"regressed", failure.regressed ? Json(*failure.regressed) : Json()},
            {"operation", signature.operation},
            {"grouping", signature.grouping},
            {"implementation", signature.implementation},
            {"pattern", signature.pattern},
            {"attributes", signature.attributes},
            {"reason", failure.reason}};
}

Verdict read_verdict(const Json& value) {
    const auto name = value.get<std::string>();
    if (const auto verdict = verdict_from(name)) {
        return *verdict;
    }
    throw std::invalid_argument(fmt::format("unknown verdict '{}'", name));
}

FailureRecord read_failure(const Json& line) {
    FailureRecord failure;
    FailureSignature& signature = failure.signature;
    line.at("backend").get_to(signature.backend);
    line.at("isa").get_to(failure.isa);
    line.at("plan").get_to(failure.plan);
    signature.verdict = read_verdict(line.at("verdict"));
    if (!line.at("known_issue").is_null()) {
        failure.known_issue = line.at("known_issue").get<std::string>();
    }
    if (!line.at("regressed").is_null()) {
        failure.regressed = line.at("regressed").get<std::string>();
    }
    line.at("operation").get_to(signature.operation);
    line.at("grouping").get_to(signature.grouping);
    line.at("implementation").get_to(signature.implementation);
    line.at("pattern").get_to(signature.pattern);
    line.at("attributes").get_to(signature.attributes);
    line.at("reason").get_to(failure.reason);
    return failure;
}

Json forecast_lines(const std::map<std::uint64_t, Forecast>& forecasts) {
    Json lines = Json::array();
    for (const auto& [description, forecast] : forecasts) {
        lines.push_back(Json::array({description, forecast.runs, forecast.failed}));
    }
    return lines;
}

Json element_lines(const std::map<ElementsOf, ElementCount>& elements) {
    Json lines = Json::array();
    for (const auto& [of, count] : elements) {
        lines.push_back(Json::array({of.backend, of.implementation, count.judged, count.ambiguous, count.outside,
                                     count.unconstrained, count.vacuous}));
    }
    return lines;
}

void read_elements(const Json& lines, std::map<ElementsOf, ElementCount>& elements) {
    for (const Json& line : lines) {
        const ElementsOf of{line.at(0).get<std::string>(), line.at(1).get<std::string>()};
        elements[of] += {line.at(2).get<std::int64_t>(), line.at(3).get<std::int64_t>(), line.at(4).get<std::int64_t>(),
                         line.at(5).get<std::int64_t>(), line.at(6).get<std::int64_t>()};
    }
}

CaseRecord read_record(const Json& line) {
    CaseRecord record;
    line.at("index").get_to(record.index);
    line.at("draw").get_to(record.draw);
    record.gained = line.value("gained", std::int64_t{0});  // journals of older builds do not have it
    line.at("cost").get_to(record.cost);
    line.at("resampled").get_to(record.resampled);
    line.at("steered").get_to(record.steered);
    line.at("withheld").get_to(record.withheld);
    for (const Json& each : line.at("forecasts")) {
        record.forecasts[each.at(0).get<std::uint64_t>()] = {each.at(1).get<std::int64_t>(),
                                                             each.at(2).get<std::int64_t>()};
    }
    line.at("features").get_to(record.features);
    line.at("judged_on").get_to(record.judged_on);
    for (const auto& [verdict, count] : line.at("runs").items()) {
        record.runs[read_verdict(verdict)] = count.get<std::int64_t>();
    }
    for (const Json& partition : line.at("partitions")) {
        const PartitionKind kind{partition.at(0).get<std::string>(), partition.at(1).get<std::string>(),
                                 partition.at(2).get<std::string>(), partition.at(3).get<std::string>(),
                                 read_verdict(partition.at(4))};
        record.partitions[kind] += partition.at(5).get<std::int64_t>();
    }
    read_elements(line.at("elements"), record.elements);
    // Nor these.
    for (const Json& each : line.value("combinations", Json::array())) {
        record.combinations[{each.at(0).get<std::string>(), each.at(1).get<std::string>(),
                             each.at(2).get<std::string>()}] += each.at(3).get<std::int64_t>();
    }
    for (const Json& refusal : line.at("refusals")) {
        record.refusals[{refusal.at(0).get<std::string>(), refusal.at(1).get<std::string>()}] +=
            refusal.at(2).get<std::int64_t>();
    }
    for (const Json& failure : line.at("failures")) {
        record.failures.push_back(read_failure(failure));
    }
    record.applicable_faults = line.value("applicable_faults", std::vector<std::string>{});  // older journals: none
    line.at("harness_errors").get_to(record.harness_errors);
    return record;
}

}  // namespace

std::string format_record(const CaseRecord& record) {
    Json runs = Json::object();
    for (const auto& [verdict, count] : record.runs) {
        runs[std::string(name_of(verdict))] = count;
    }
    Json partitions = Json::array();
    for (const auto& [kind, count] : record.partitions) {
        partitions.push_back(
            Json::array({kind.backend, kind.isa, kind.operation, kind.implementation, name_of(kind.verdict), count}));
    }
    Json combinations = Json::array();
    for (const auto& [combination, count] : record.combinations) {
        combinations.push_back(Json::array({combination.backend, combination.operation, combination.text, count}));
    }
    Json refusals = Json::array();
    for (const auto& [refused, count] : record.refusals) {
        refusals.push_back(Json::array({refused.backend, refused.reason, count}));
    }
    Json failures = Json::array();
    for (const FailureRecord& failure : record.failures) {
        failures.push_back(failure_line(failure));
    }
    const Json line = {{"index", record.index},
                       {"draw", record.draw},
                       {"gained", record.gained},
                       {"cost", record.cost},
                       {"resampled", Json(record.resampled)},
                       {"steered", record.steered},
                       {"withheld", Json(record.withheld)},
                       {"forecasts", forecast_lines(record.forecasts)},
                       {"features", record.features},
                       {"judged_on", record.judged_on},
                       {"runs", std::move(runs)},
                       {"partitions", std::move(partitions)},
                       {"elements", element_lines(record.elements)},
                       {"combinations", std::move(combinations)},
                       {"refusals", std::move(refusals)},
                       {"failures", std::move(failures)},
                       {"applicable_faults", record.applicable_faults},
                       {"harness_errors", record.harness_errors}};
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

CaseRecord parse_record(std::string_view line) {
    try {
        return read_record(Json::parse(line));
    } catch (const Json::exception& error) {
        throw std::invalid_argument(error.what());
    }
}

}  // namespace difftest::harness
