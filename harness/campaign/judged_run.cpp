#include "harness/campaign/judged_run.hpp"

#include "harness/campaign/case_features.hpp"
#include "harness/campaign/failure_signature.hpp"
#include "harness/campaign/judge.hpp"
#include "harness/diagnose/explaining_faults.hpp"
#include "reference/graph/partial_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <optional>
#include <utility>

namespace difftest::harness {
namespace {

RunEntry new_entry(const JudgingContext& context, const std::string& plan) {
    RunEntry entry;
    entry.case_name = context.value.name;
    entry.backend = context.backend;
    entry.isa = context.isa;
    entry.plan = plan;
    return entry;
}

contract::Contract contract_of(const graph::Case& value, const contract::Contract& claimed) {
    if (!value.execution.contract) {
        return claimed;
    }
    return contract::Contract::intersection(claimed, contract::Contract::parse(*value.execution.contract).value());
}

/// Sharpness matters only where it decides: for an output that is constant.
std::optional<Sharpness> sharpness_where_needed(EvaluationCache& evaluations, const oracle::Evaluation& evaluation,
                                                const std::vector<Comparison>& comparisons) {
    const bool constant =
        std::all_of(comparisons.begin(), comparisons.end(), [](const Comparison& each) { return each.constant; });
    if (!constant) {
        return std::nullopt;
    }
    return evaluations.sharpness_of(evaluation);
}

/// What the backend gave, by tensor: the outputs, and what the plan materialized.
oracle::Observations values_of(const graph::Graph& graph, const RunOutcome& outcome) {
    oracle::Observations values;
    for (std::size_t index = 0; index < outcome.outputs.size(); ++index) {
        values.emplace(graph.outputs.at(index), outcome.outputs[index]);
    }
    for (const MaterializedValues& each : outcome.materialized) {
        values.emplace(each.tensor, each.values);
    }
    return values;
}

/// Those that later partitions read from memory.
oracle::Observations observations(const graph::Graph& graph, const backends::Plan& plan,
                                  const oracle::Observations& values) {
    oracle::Observations observed;
    for (const std::string& name : plan.materialized) {
        const auto tensor = graph.find_tensor(name);
        const auto given = tensor ? values.find(*tensor) : values.end();
        if (given != values.end() && graph.tensor(*tensor).role == graph::TensorRole::intermediate) {
            observed.insert(*given);
        }
    }
    return observed;
}

/// Compares every tensor in the order of the graph; outputs that are inputs stand first.
std::vector<Comparison> compare_tensors(RunEntry& entry, const graph::Graph& graph,
                                        const oracle::Evaluation& evaluation, const oracle::Observations& values) {
    std::map<std::pair<graph::NodeId, graph::TensorId>, Comparison> in_order;
    for (const auto& [id, data] : values) {
        in_order.emplace(std::pair(graph.tensor(id).producer, id),
                         compare(graph.tensor(id).name, data, evaluation.of(id)));
    }
    std::vector<Comparison> compared;
    for (const auto& [place, comparison] : in_order) {
        if (!graph.is_output(place.second)) {
            entry.intermediates.push_back(comparison);
        }
        if (comparison.outside > 0 && !entry.first_wrong) {
            entry.first_wrong = comparison.tensor;
        }
        compared.push_back(comparison);
    }
    for (const graph::TensorId id : graph.outputs) {
        entry.outputs.push_back(in_order.at({graph.tensor(id).producer, id}));
    }
    return compared;
}

/// Sets the tensor of the worst element, and follows that element through the graph.
void trace_worst(RunEntry& entry, const graph::Case& value, const oracle::Evaluation& evaluation,
                 const oracle::Observations& values) {
    if (!entry.first_wrong) {
        return;
    }
    entry.worst_output = entry.first_wrong;
    for (const Comparison& output : entry.outputs) {
        const double farthest = entry.worst()->distance;
        if (entry.intermediates.empty() && output.worst && output.worst->distance > farthest) {
            entry.worst_output = output.tensor;
        }
    }
    const graph::TensorId worst_tensor = value.graph.find_tensor(*entry.worst_output).value();
    entry.trace = trace_element(value, evaluation, worst_tensor, entry.worst()->index, values);
}

/// What explains the first wrong tensor, given what was really read by the partition that made it.
std::vector<faults::Placement> explain_first_wrong(const RunEntry& entry, const graph::Case& value,
                                                   const contract::Contract& contract,
                                                   const oracle::Observations& values, oracle::Observations observed) {
    const graph::TensorId wrong = value.graph.find_tensor(*entry.first_wrong).value();
    observed.erase(wrong);
    const graph::PartialCase part = graph::part_computing(value, wrong, observed);
    auto placements = explaining_faults(part.value, contract, {values.at(wrong)});
    for (faults::Placement& placement : placements) {
        placement.node = part.nodes[static_cast<std::size_t>(placement.node)];
    }
    return placements;
}

bool may_be_infinite(const oracle::AllowedTensor& tensor) {
    if (tensor.all_points()) {
        return std::any_of(tensor.points().begin(), tensor.points().end(),
                           [](double value) { return std::isinf(value); });
    }
    for (std::int64_t index = 0; index < tensor.size(); ++index) {
        for (const oracle::Interval& each : tensor.at(index).intervals) {
            if (std::isinf(each.lo) || std::isinf(each.hi)) {
                return true;
            }
        }
    }
    return false;
}

std::vector<std::string> infinite_tensors(const graph::Graph& graph, const oracle::Evaluation& evaluation) {
    std::vector<std::string> names;
    for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
        if (may_be_infinite(evaluation.of(static_cast<graph::TensorId>(id)))) {
            names.push_back(graph.tensors[id].name);
        }
    }
    return names;
}

void compare_outputs(RunEntry& entry, const JudgingContext& context, const backends::Plan& plan,
                     const RunOutcome& outcome) {
    const graph::Case& value = context.value;
    const contract::Contract contract = contract_of(value, outcome.contract);
    const oracle::Observations values = values_of(value.graph, outcome);
    const oracle::Observations observed = observations(value.graph, plan, values);
    const oracle::Evaluation& evaluation = context.evaluations.under(contract, observed);
    entry.contract = contract.to_string();
    const std::vector<Comparison> compared = compare_tensors(entry, value.graph, evaluation, values);
    entry.metrics = evaluation.metrics;
    if (evaluation.metrics.unconstrained > 0) {
        entry.notes = evaluation.metrics.notes;
    }
    entry.judgement = judge(outcome, compared, sharpness_where_needed(context.evaluations, evaluation, compared));
    if (is_failure(entry.judgement.verdict)) {
        entry.infinite = infinite_tensors(value.graph, evaluation);
    }
    if (context.depth == JudgingDepth::verdict) {
        return;
    }
    trace_worst(entry, value, evaluation, values);
    if (entry.judgement.verdict == Verdict::violation) {
        const auto explanations = observed.empty() ? explaining_faults(value, contract, outcome.outputs)
                                                   : explain_first_wrong(entry, value, contract, values, observed);
        for (const faults::Placement& placement : explanations) {
            entry.explained_by.push_back(placement_text(value, placement));
        }
    }
}

WorkerEnd worker_end(const Crash& crash) {
    return {crash.signal, crash.exit_code, crash.stage, crash.frames, crash.log, crash.confirmed};
}

void look_for_known_issue(RunEntry& entry, const JudgingContext& context, const backends::Plan& plan) {
    if (!is_failure(entry.judgement.verdict)) {
        return;
    }
    std::vector<std::string> nodes;
    for (const backends::PartitionReport& partition : suspects(context.value.graph, entry, {})) {
        nodes.insert(nodes.end(), partition.nodes.begin(), partition.nodes.end());
    }
    const FailingRun run{std::string(context.kind.name),
                         context.description.library,
                         context.description.library_version,
                         context.isa,
                         &plan,
                         &entry.partitions,
                         &context.value,
                         entry.judgement.verdict,
                         std::move(nodes),
                         entry.judgement.reason,
                         entry.worker_end ? entry.worker_end->stage : "",
                         entry.infinite};
    for (const KnownIssue& issue : context.known_issues) {
        if (explains(issue, run)) {
            entry.known_issue = issue.id;
            return;
        }
    }
    for (const KnownIssue& issue : context.known_issues) {
        if (is_regression(issue, run)) {
            entry.regressed = issue.id;
            return;
        }
    }
}

}  // namespace

RunEntry judged_run(const JudgingContext& context, const backends::Plan& plan, const RunOutcome& outcome) {
    RunEntry entry = new_entry(context, plan.name);
    entry.traits = plan.traits;
    entry.partitions = outcome.partitions;
    if (entry.partitions.empty()) {  // it did not come to a choice
        for (const backends::Partition& partition : plan.partitions) {
            entry.partitions.push_back({partition.nodes, ""});
        }
    }
    if (outcome.status == RunStatus::completed) {
        if (context.keep_outputs) {
            entry.given = outcome.outputs;
        }
        try {
            compare_outputs(entry, context, plan, outcome);
        } catch (const std::exception& error) {
            entry.judgement = {Verdict::harness_error, error.what()};
        }
    } else {
        entry.judgement = judge(outcome, {}, std::nullopt);
        entry.bad_input = outcome.bad_input;
        if (outcome.crash) {
            entry.worker_end = worker_end(*outcome.crash);
        }
    }
    look_for_known_issue(entry, context, plan);
    return entry;
}

RunEntry incident_run(const JudgingContext& context, const Incident& incident) {
    RunOutcome outcome;
    outcome.status = incident.status;
    outcome.message = incident.message;
    outcome.crash = incident.crash;
    RunEntry entry = new_entry(context, "");
    entry.case_name = incident.after_case;
    entry.judgement = judge(outcome, {}, std::nullopt);
    entry.judgement.reason +=
        incident.during_case.empty()
            ? fmt::format(", between two cases, after '{}'", incident.after_case)
            : fmt::format(", while '{}' ran after '{}'; not seen again with it alone in a fresh worker",
                          incident.during_case, incident.after_case);
    entry.worker_end = worker_end(incident.crash);
    return entry;
}

RunEntry refused_run(const JudgingContext& context, const backends::Refusal& refusal) {
    RunEntry entry = new_entry(context, refusal.plan);
    entry.judgement = {Verdict::unsupported, refusal.reason};
    return entry;
}

}  // namespace difftest::harness
