#include "harness/campaign/case_record.hpp"

#include "harness/campaign/json_object_reader.hpp"
#include "reference/graph/json_number.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace difftest::harness {
namespace {

using graph::whole_number;
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

/// Lines that differ in nothing but the rung are one, with an array of rungs in front: most of a case is the same on
/// each of them.
class LinesByRung {
public:
    void add(const std::string& isa, const Json& rest) {
        const auto [found, is_new] = places_.try_emplace(rest.dump(), lines_.size());
        if (is_new) {
            lines_.push_back(Json::array({Json::array()}));
            lines_.back().insert(lines_.back().end(), rest.begin(), rest.end());
        }
        lines_[found->second].front().push_back(isa);
    }

    Json take() { return std::move(lines_); }

private:
    Json lines_ = Json::array();
    std::map<std::string, std::size_t> places_;
};

/// [] where nothing is outside; else the buckets and the largest error.
Json error_line(const ErrorCount& errors) {
    Json line = Json::array();
    if (!errors.largest) {
        return line;
    }
    Json counts = Json::array();
    for (const auto& [bucket, elements] : errors.counts) {
        counts.push_back({bucket, elements});
    }
    const LargestError& largest = *errors.largest;
    return {std::move(counts), std::isfinite(largest.steps) ? Json(largest.steps) : Json(),
            largest.plan,      largest.tensor,
            largest.at,        largest.expected,
            largest.got};
}

ErrorCount read_error(const Json& line, const CaseRecord& record) {
    ErrorCount errors;
    if (line.empty()) {
        return errors;
    }
    for (const Json& each : line.at(0)) {
        errors.counts[whole_number<int>(each.at(0))] += whole_number<std::int64_t>(each.at(1));
    }
    const double steps = line.at(1).is_null() ? std::numeric_limits<double>::infinity() : line.at(1).get<double>();
    errors.largest = LargestError{steps,
                                  record.index,
                                  record.draw,
                                  line.at(2).get<std::string>(),
                                  line.at(3).get<std::string>(),
                                  line.at(4).get<std::string>(),
                                  line.at(5).get<std::string>(),
                                  line.at(6).get<std::string>()};
    return errors;
}

Json element_lines(const std::map<ElementsOf, ElementCount>& elements) {
    LinesByRung lines;
    for (const auto& [of, count] : elements) {
        Json line = {of.backend,    of.operation,  of.implementation,   count.judged, count.ambiguous,
                     count.allowed, count.outside, count.unconstrained, count.vacuous};
        if (count.outside > 0) {
            line.push_back(error_line(count.lsb));
            line.push_back(error_line(count.ulp));
        }
        lines.add(of.isa, line);
    }
    return lines.take();
}

void read_elements(const Json& lines, CaseRecord& record) {
    for (const Json& line : lines) {
        const auto text = [&line](std::size_t at) { return line.at(at).get<std::string>(); };
        const auto number = [&line](std::size_t at) { return whole_number<std::int64_t>(line.at(at)); };
        ElementCount count{number(4), number(5), number(6), number(7), number(8), number(9), {}, {}};
        if (count.outside > 0) {
            count.lsb = read_error(line.at(10), record);
            count.ulp = read_error(line.at(11), record);
        }
        for (const Json& isa : line.at(0)) {
            record.elements[{text(1), isa.get<std::string>(), text(2), text(3)}] += count;
        }
    }
}

Json partition_lines(const std::map<PartitionKind, std::int64_t>& partitions) {
    LinesByRung lines;
    for (const auto& [kind, count] : partitions) {
        lines.add(kind.isa, {kind.backend, kind.operation, kind.implementation, name_of(kind.verdict), count});
    }
    return lines.take();
}

void read_partitions(const Json& lines, CaseRecord& record) {
    for (const Json& line : lines) {
        const auto text = [&line](std::size_t at) { return line.at(at).get<std::string>(); };
        for (const Json& isa : line.at(0)) {
            record.partitions[{text(1), isa.get<std::string>(), text(2), text(3), read_verdict(line.at(4))}] +=
                whole_number<std::int64_t>(line.at(5));
        }
    }
}

Json reason_lines(const std::map<Refused, RunsByIsa>& reasons) {
    Json lines = Json::array();
    for (const auto& [refused, runs] : reasons) {
        lines.push_back(Json::array({refused.backend, refused.reason, Json(runs)}));
    }
    return lines;
}

void read_reasons(const Json& lines, std::map<Refused, RunsByIsa>& reasons) {
    for (const Json& line : lines) {
        RunsByIsa& runs = reasons[{line.at(0).get<std::string>(), line.at(1).get<std::string>()}];
        for (const auto& [isa, count] : line.at(2).items()) {
            runs[isa] += whole_number<std::int64_t>(count);
        }
    }
}

std::map<std::string, std::int64_t> read_counts(const Json& line) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& [what, count] : line.get_ref<const Json::object_t&>()) {
        counts[what] = whole_number<std::int64_t>(count);
    }
    return counts;
}

/// Counts are added up over all records, and must not overflow there whoever wrote the journal.
void refuse_absurd_counts(const Json& value) {
    constexpr std::int64_t kMost = std::int64_t{1} << 45;
    const bool absurd = value.is_number_unsigned()  ? value.get<std::uint64_t>() > static_cast<std::uint64_t>(kMost)
                        : value.is_number_integer() ? value.get<std::int64_t>() < -kMost
                                                    : false;
    if (absurd) {
        throw std::invalid_argument(fmt::format("{} is no count", value.dump()));
    }
    if (value.is_structured()) {
        for (const Json& each : value) {
            refuse_absurd_counts(each);
        }
    }
}

CaseRecord read_record(const Json& line) {
    CaseRecord record;
    record.index = whole_number<std::uint64_t>(line.at("index"));
    record.draw = whole_number<int>(line.at("draw"));
    record.gained = whole_number<std::int64_t>(line.at("gained"));
    record.cost = whole_number<std::int64_t>(line.at("cost"));
    record.resampled = read_counts(line.at("resampled"));
    line.at("steered").get_to(record.steered);
    record.withheld = read_counts(line.at("withheld"));
    for (const Json& each : line.at("forecasts")) {
        record.forecasts[whole_number<std::uint64_t>(each.at(0))] = {whole_number<std::int64_t>(each.at(1)),
                                                                     whole_number<std::int64_t>(each.at(2))};
    }
    line.at("features").get_to(record.features);
    line.at("judged_on").get_to(record.judged_on);
    for (const auto& [verdict, count] : line.at("runs").items()) {
        record.runs[read_verdict(verdict)] = whole_number<std::int64_t>(count);
    }
    read_partitions(line.at("partitions"), record);
    read_elements(line.at("elements"), record);
    for (const Json& each : line.at("combinations")) {
        record.combinations[{each.at(0).get<std::string>(), each.at(1).get<std::string>(),
                             each.at(2).get<std::string>()}] += whole_number<std::int64_t>(each.at(3));
    }
    read_reasons(line.at("refusals"), record.refusals);
    read_reasons(line.at("vacuous"), record.vacuous);
    read_reasons(line.at("out_of_contract"), record.out_of_contract);
    for (const Json& failure : line.at("failures")) {
        record.failures.push_back(read_failure(failure));
    }
    line.at("applicable_faults").get_to(record.applicable_faults);
    line.at("harness_errors").get_to(record.harness_errors);
    return record;
}

}  // namespace

std::string format_record(const CaseRecord& record) {
    Json runs = Json::object();
    for (const auto& [verdict, count] : record.runs) {
        runs[std::string(name_of(verdict))] = count;
    }
    Json combinations = Json::array();
    for (const auto& [combination, count] : record.combinations) {
        combinations.push_back(Json::array({combination.backend, combination.operation, combination.text, count}));
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
                       {"partitions", partition_lines(record.partitions)},
                       {"elements", element_lines(record.elements)},
                       {"combinations", std::move(combinations)},
                       {"refusals", reason_lines(record.refusals)},
                       {"vacuous", reason_lines(record.vacuous)},
                       {"out_of_contract", reason_lines(record.out_of_contract)},
                       {"failures", std::move(failures)},
                       {"applicable_faults", record.applicable_faults},
                       {"harness_errors", record.harness_errors}};
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

CaseRecord parse_record(std::string_view line) {
    try {
        refuse_deep_nesting(line);
        const Json record = Json::parse(line);
        for (const auto& [member, value] : record.items()) {
            if (member != "index" && member != "forecasts") {
                refuse_absurd_counts(value);
            }
        }
        return read_record(record);
    } catch (const Json::exception& error) {
        const std::string_view message = error.what();
        // Without the text last read, which may be as long as the line.
        throw std::invalid_argument(std::string(message.substr(0, message.find("; last read"))));
    }
}

}  // namespace difftest::harness
