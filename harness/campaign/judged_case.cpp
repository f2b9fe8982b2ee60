#include "harness/campaign/judged_case.hpp"

#include "harness/campaign/case_features.hpp"
#include "harness/campaign/failure_signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace difftest::harness {
namespace {

std::string operation_of(const graph::Graph& graph, const backends::PartitionReport& partition) {
    const auto id = partition.nodes.empty() ? std::nullopt : graph.find_node(partition.nodes.front());
    return id ? std::string(graph::name_of(graph.node(*id).operation)) : "";
}

/// Whether the issue that explains the run as a whole also explains the partitions that are to blame.
bool is_still_known(const RunSelection& selection, const RunEntry& failing, const FailureSignature& signature) {
    const auto issue = std::find_if(selection.known_issues.begin(), selection.known_issues.end(),
                                    [&failing](const KnownIssue& each) { return each.id == failing.known_issue; });
    return has_features(issue->trigger, signature.attributes);
}

void add_run(CaseRecord& record, const RunSelection& selection, const graph::Case& value, const RunEntry& entry,
             const std::vector<RunEntry>& all) {
    const Verdict verdict = entry.judgement.verdict;
    ++record.runs[verdict];
    if (verdict == Verdict::unsupported) {
        ++record.refusals[{entry.backend, entry.judgement.reason}];
        return;
    }
    if (verdict == Verdict::harness_error) {
        record.harness_errors.push_back(fmt::format("{} {}: {}", entry.backend, entry.isa, entry.judgement.reason));
    }
    std::vector<backends::PartitionReport> partitions = entry.partitions;
    if (is_failure(verdict)) {
        partitions = suspects(value.graph, entry, all);
        FailureSignature signature = signature_of(value, entry, partitions);
        const bool known = entry.known_issue && is_still_known(selection, entry, signature);
        record.failures.push_back({entry.isa, entry.plan, entry.judgement.reason,
                                   known ? entry.known_issue : std::nullopt, entry.regressed, std::move(signature)});
    }
    for (const auto& partition : partitions) {
        ++record.partitions[{entry.backend, entry.isa, operation_of(value.graph, partition), partition.implementation,
                             verdict}];
    }
}

std::string name_of_index(const CampaignConfiguration& configuration, std::uint64_t index) {
    return fmt::format("{}_{}", configuration.name, index);
}

void judge(CaseRecord& record, const CampaignConfiguration& configuration, const RunSelection& selection,
           const LaneSteering* steering, const RunCase& run) {
    const Avoidance avoid = [steering](const graph::Case& value) {
        return steering->avoided(flat_features(case_features(value)));
    };
    GatedCase drawn =
        gated_case(configuration.generator, record.index, name_of_index(configuration, record.index),
                   steering == nullptr ? Avoidance() : avoid);
    const graph::Case& value = drawn.value;
    record.draw = drawn.draw;
    record.resampled = drawn.refused;
    record.steered.assign(drawn.avoided.begin(), drawn.avoided.end());
    record.cost = case_cost(value);
    record.features = case_features(value);
    EvaluationCache evaluations(value, configuration.generator.contract, std::move(drawn.evaluation));
    const std::vector<RunEntry> entries = run(value, evaluations);
    std::set<std::string> judged_on;
    for (const RunEntry& entry : entries) {
        if (!entry.outputs.empty()) {
            judged_on.insert(fmt::format("{} {}", entry.backend, entry.isa));
        }
        add_run(record, selection, value, entry, entries);
    }
    record.judged_on.assign(judged_on.begin(), judged_on.end());
}

}  // namespace

CaseRecord judge_index(const CampaignConfiguration& configuration, const RunSelection& selection, std::uint64_t index,
                       const LaneSteering* steering, const RunCase& run) {
    CaseRecord record;
    record.index = index;
    try {
        judge(record, configuration, selection, steering, run);
    } catch (const std::exception& error) {
        record.harness_errors.push_back(error.what());
    }
    return record;
}

graph::Case recorded_case(const CampaignConfiguration& configuration, std::uint64_t index, int draw) {
    return drawn_case(configuration.generator, index, draw, name_of_index(configuration, index));
}

}  // namespace difftest::harness
