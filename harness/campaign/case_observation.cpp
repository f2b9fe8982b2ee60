#include "harness/campaign/case_observation.hpp"

#include "harness/campaign/evaluation_cache.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/judged_run.hpp"
#include "harness/compare/element_text.hpp"
#include "harness/compare/error_steps.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <map>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostElements = 4096;  ///< of a tensor that are written down one by one

const backends::Plan* wanted_plan(const PlansOutcome& offered, const graph::Case& value) {
    for (const backends::PlanOffer& offer : offered.offers) {
        const auto* plan = std::get_if<backends::Plan>(&offer);
        const std::vector<std::string>& names = value.execution.plans;
        if (plan != nullptr && (names.empty() || names.front() == plan->name)) {
            return plan;
        }
    }
    return nullptr;
}

/// What later partitions read from memory.
oracle::Observations observed_values(const graph::Graph& graph, const RunOutcome& outcome) {
    oracle::Observations observed;
    for (const MaterializedValues& each : outcome.materialized) {
        if (graph.tensor(each.tensor).role == graph::TensorRole::intermediate && !graph.is_output(each.tensor)) {
            observed.emplace(each.tensor, each.values);
        }
    }
    return observed;
}

/// How many elements lie how far outside, by powers of two.
Json histogram(const ExportedOutput& output) {
    std::map<int, std::int64_t> counts;
    const graph::DataType type = output.allowed.type();
    for (std::int64_t i = 0; i < output.allowed.size(); ++i) {
        const double steps = error_steps(output.allowed.at(i), output.got.at(i), type);
        if (steps > 0) {
            ++counts[bucket_of(steps)];
        }
    }
    Json bars = Json::array();
    for (const auto& [bucket, count] : counts) {
        bars.push_back({{"label", bucket_text(bucket, graph::is_integer(type) ? "LSB" : "ulp")}, {"count", count}});
    }
    return bars;
}

Json output_document(const ExportedOutput& output) {
    const graph::DataType type = output.allowed.type();
    Json elements = Json::array();
    for (std::int64_t i = 0; i < std::min(output.allowed.size(), kMostElements); ++i) {
        const oracle::AllowedSet set = output.allowed.at(i);
        const double got = output.got.at(i);
        const double distance = set.distance(got);
        elements.push_back({set_text(set, type), value_text(got, type),
                            set.unconstrained    ? "free"
                            : !set.contains(got) ? "outside"
                            : set.is_singleton() ? "exact"
                                                 : "allowed",
                            std::isfinite(distance) ? Json(distance) : Json()});
    }
    return {{"tensor", output.name},
            {"type", graph::name_of(type)},
            {"shape", output.allowed.shape()},
            {"elements", std::move(elements)},
            {"histogram", histogram(output)}};
}

Json trace_document(const Trace& trace) {
    Json steps = Json::array();
    for (const TraceStep& step : trace) {
        std::string operands;
        for (const TraceOperand& operand : step.operands) {
            operands += fmt::format("{}{} {}", operands.empty() ? "" : ", ", operand.slot,
                                    value_text(operand.value, operand.type));
        }
        steps.push_back({{"node", step.node},
                         {"operation", step.operation},
                         {"at", coordinates_text(step.coordinates)},
                         {"operands", operands},
                         {"allowed", set_text(step.allowed, step.type)},
                         {"got", step.got ? Json(value_text(*step.got, step.type)) : Json()},
                         {"wrong", step.got && !step.allowed.contains(*step.got)}});
    }
    return steps;
}

/// `where`: the minimal case, whose ISA and plan the original runs on, too.
Json case_document(BackendSession& session, const std::filesystem::path& file, const std::filesystem::path& where) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        return {};
    }
    try {
        graph::Case value = graph::read_case(file);
        if (file != where) {
            const graph::Case minimal = graph::read_case(where);
            value.execution.isas = value.execution.isas.size() == 1 ? value.execution.isas : minimal.execution.isas;
            value.execution.plans = value.execution.plans.size() == 1 ? value.execution.plans : minimal.execution.plans;
        }
        const CaseObservation observed = observe_case(session, value);
        Json outputs = Json::array();
        // The first wrong values first: all that follow were judged by what was really read.
        for (const ExportedOutput& each : observed.intermediates) {
            if (each.name == observed.entry.first_wrong) {
                outputs.push_back(output_document(each));
            }
        }
        for (const ExportedOutput& output : observed.outputs) {
            outputs.push_back(output_document(output));
        }
        Json partitions = Json::array();
        for (const backends::PartitionReport& each : observed.entry.partitions) {
            partitions.push_back({{"nodes", each.nodes}, {"implementation", each.implementation}});
        }
        return {{"verdict", name_of(observed.entry.judgement.verdict)},
                {"reason", observed.entry.judgement.reason},
                {"partitions", std::move(partitions)},
                {"first_wrong", observed.entry.first_wrong ? Json(*observed.entry.first_wrong) : Json()},
                {"outputs", std::move(outputs)},
                {"trace", trace_document(observed.entry.trace)}};
    } catch (const InputError&) {
        return {};  // it asks for what this machine does not have
    } catch (const graph::CaseError&) {
        return {};
    }
}

}  // namespace

CaseObservation observe_case(BackendSession& session, const graph::Case& value) {
    const std::vector<std::string>& isas = value.execution.isas;
    const std::string isa = isas.empty() ? session.description().isa : isas.front();
    const BackendSession::Rung rung = session.rung(isa);
    if (rung.worker == nullptr) {
        throw InputError(fmt::format("{}: {} {}: {}", value.name, session.selection().name, isa, rung.reason));
    }
    LoadedCase loaded = rung.worker->load(value);
    const PlansOutcome offered = loaded.plans();
    const backends::Plan* const plan = wanted_plan(offered, value);
    if (plan == nullptr) {
        throw InputError(fmt::format("{}: {} does not offer its plan", value.name, session.selection().name));
    }
    const RunOutcome outcome = loaded.run(*plan);
    rung.worker->take_incidents();
    EvaluationCache evaluations(value);
    const JudgingContext context{
        value, session.selection().name, *session.selection().kind, session.description(), isa, evaluations,
        {},    JudgingDepth::explained};
    CaseObservation result{judged_run(context, *plan, outcome), {}, {}};
    if (outcome.status == RunStatus::completed && !result.entry.contract.empty()) {
        const auto contract = contract::Contract::parse(result.entry.contract).value();
        const oracle::Evaluation& evaluation = evaluations.under(contract, observed_values(value.graph, outcome));
        for (std::size_t i = 0; i < outcome.outputs.size(); ++i) {
            const graph::TensorId id = value.graph.outputs[i];
            result.outputs.push_back({value.graph.tensor(id).name, evaluation.of(id), outcome.outputs[i]});
        }
        for (const MaterializedValues& each : outcome.materialized) {
            result.intermediates.push_back(
                {value.graph.tensor(each.tensor).name, evaluation.of(each.tensor), each.values});
        }
    }
    return result;
}

std::string observation_document(BackendSession& session, const std::filesystem::path& folder) {
    const std::filesystem::path minimal = folder / "minimal.json";
    const Json document = {{"format", "difftest-observation"},
                           {"version", 1},
                           {"minimal", case_document(session, folder / "minimal.json", minimal)},
                           {"original", case_document(session, folder / "case.json", minimal)},
                           {"passing", case_document(session, folder / "passing.json", minimal)}};
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::harness
