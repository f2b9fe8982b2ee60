#include "harness/campaign/judged_run.hpp"

#include "harness/campaign/case_features.hpp"
#include "harness/campaign/judge.hpp"
#include "harness/diagnose/explaining_faults.hpp"
#include "reference/faults/sharpness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>

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
std::optional<Sharpness> sharpness_where_needed(const graph::Case& value, const oracle::Evaluation& evaluation,
                                                const std::vector<Comparison>& comparisons) {
    const bool constant =
        std::all_of(comparisons.begin(), comparisons.end(), [](const Comparison& each) { return each.constant; });
    if (!constant) {
        return std::nullopt;
    }
    const faults::Sharpness sharpness = faults::sharpness(value, evaluation);
    return Sharpness{static_cast<std::int64_t>(sharpness.applicable()), static_cast<std::int64_t>(sharpness.exposed())};
}

void trace_worst(RunEntry& entry, const graph::Case& value, const oracle::Evaluation& evaluation,
                 const RunOutcome& outcome) {
    const OutsideElement* worst = entry.worst();
    if (worst == nullptr) {
        return;
    }
    std::map<graph::TensorId, graph::TensorData> got;
    graph::TensorId worst_tensor = graph::kAbsent;
    for (std::size_t index = 0; index < entry.outputs.size(); ++index) {
        const graph::TensorId tensor = value.graph.outputs[index];
        got.emplace(tensor, outcome.outputs[index]);
        if (entry.outputs[index].worst && &*entry.outputs[index].worst == worst) {
            worst_tensor = tensor;
        }
    }
    entry.worst_output = value.graph.tensor(worst_tensor).name;
    entry.trace = trace_element(value, evaluation, worst_tensor, worst->index, got);
}

void compare_outputs(RunEntry& entry, const JudgingContext& context, const RunOutcome& outcome) {
    const graph::Case& value = context.value;
    const contract::Contract contract = contract_of(value, outcome.contract);
    const oracle::Evaluation& evaluation = context.evaluations.under(contract);
    entry.contract = contract.to_string();
    for (std::size_t index = 0; index < outcome.outputs.size(); ++index) {
        const graph::TensorId tensor = value.graph.outputs.at(index);
        entry.outputs.push_back(
            compare(value.graph.tensor(tensor).name, outcome.outputs[index], evaluation.of(tensor)));
    }
    if (entry.unconstrained() > 0) {
        entry.notes = evaluation.metrics.notes;
    }
    entry.judgement = judge(outcome, entry.outputs, sharpness_where_needed(value, evaluation, entry.outputs));
    if (context.depth == JudgingDepth::verdict) {
        return;
    }
    trace_worst(entry, value, evaluation, outcome);
    if (entry.judgement.verdict == Verdict::violation) {
        for (const faults::Placement& placement : explaining_faults(value, contract, outcome.outputs)) {
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
    const std::vector<std::string> features = case_features(context.value);
    const FailingRun run{std::string(context.kind.name),
                         context.description.library,
                         context.description.library_version,
                         context.isa,
                         &plan,
                         &entry.partitions,
                         &context.value.graph,
                         entry.judgement.verdict,
                         &features};
    for (const KnownIssue& issue : context.known_issues) {
        if (explains(issue, run)) {
            entry.known_issue = issue.id;
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
        try {
            compare_outputs(entry, context, outcome);
        } catch (const std::exception& error) {
            entry.judgement = {Verdict::harness_error, error.what()};
        }
    } else {
        entry.judgement = judge(outcome, {}, std::nullopt);
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
