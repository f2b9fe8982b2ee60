#include "harness/campaign/judged_case.hpp"

#include "harness/campaign/case_features.hpp"
#include "harness/campaign/combinations.hpp"
#include "harness/campaign/failure_signature.hpp"
#include "harness/campaign/fault_coverage.hpp"
#include "harness/campaign/run_forecast.hpp"
#include "harness/compare/element_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace difftest::harness {
namespace {

std::string operation_of(const graph::Graph& graph, const backends::PartitionReport& partition) {
    const auto id = partition.nodes.empty() ? std::nullopt : graph.find_node(partition.nodes.front());
    return id ? std::string(graph::name_of(graph.node(*id).operation)) : "";
}

/// Whether the issue that explains the run as a whole also explains the partitions that are to blame: runs of the same
/// case that passed have cleared the others.
bool is_still_known(const RunSelection& selection, const graph::Case& value, const RunEntry& failing,
                    const std::vector<backends::PartitionReport>& suspected) {
    const auto issue = std::find_if(selection.known_issues.begin(), selection.known_issues.end(),
                                    [&failing](const KnownIssue& each) { return each.id == failing.known_issue; });
    return !issue->trigger.is_about_a_node() ||
           is_about_one_of(issue->trigger, value, failing.partitions, suspected, failing.infinite);
}

/// The partition that wrote the tensor, as a place in the report.
ElementsOf maker_of(const graph::Graph& graph, const RunEntry& entry, const std::string& tensor) {
    const graph::NodeId producer = graph.tensor(graph.find_tensor(tensor).value()).producer;
    if (producer >= 0) {
        for (const backends::PartitionReport& partition : entry.partitions) {
            const auto& nodes = partition.nodes;
            if (std::find(nodes.begin(), nodes.end(), graph.node(producer).name) != nodes.end()) {
                return {entry.backend, entry.isa, operation_of(graph, partition), partition.implementation};
            }
        }
    }
    return {entry.backend, entry.isa, "", ""};
}

ErrorCount error_count(const RunEntry& entry, const Comparison& comparison) {
    ErrorCount errors{comparison.distances.counts, std::nullopt};
    if (const auto& largest = comparison.distances.largest) {
        errors.largest = LargestError{comparison.distances.most,
                                      0,
                                      0,
                                      entry.plan,
                                      comparison.tensor,
                                      coordinates_text(largest->coordinates),
                                      set_text(largest->expected, comparison.type),
                                      value_text(largest->got, comparison.type)};
    }
    return errors;
}

/// Counts what a run compared, for the implementation that computed it.
void add_elements(CaseRecord& record, const graph::Graph& graph, const RunEntry& entry) {
    const auto add = [&](const Comparison& comparison) {
        ElementCount& count = record.elements[maker_of(graph, entry, comparison.tensor)];
        if (entry.judgement.verdict == Verdict::vacuous) {
            count.vacuous += comparison.elements;
            return;
        }
        ElementCount own{comparison.judged,
                         comparison.ambiguous,
                         comparison.allowed,
                         comparison.outside,
                         comparison.unconstrained,
                         0,
                         {},
                         {}};
        (graph::is_integer(comparison.type) ? own.lsb : own.ulp) = error_count(entry, comparison);
        for (ErrorCount* errors : {&own.lsb, &own.ulp}) {
            if (errors->largest) {
                errors->largest->index = record.index;
                errors->largest->draw = record.draw;
            }
        }
        count += own;
    };
    std::for_each(entry.outputs.begin(), entry.outputs.end(), add);
    std::for_each(entry.intermediates.begin(), entry.intermediates.end(), add);
}

std::set<std::string> classes_of(const std::vector<std::string>& notes) {
    std::set<std::string> classes;
    std::transform(notes.begin(), notes.end(), std::inserter(classes, classes.end()), reason_class);
    return classes;
}

void add_run(CaseRecord& record, const RunSelection& selection, const graph::Case& value, const RunEntry& entry,
             const std::vector<RunEntry>& all) {
    const Verdict verdict = entry.judgement.verdict;
    ++record.runs[verdict];
    if (verdict == Verdict::unsupported) {
        ++record.refusals[{entry.backend, refusal_class(entry.judgement.reason)}][entry.isa];
        return;
    }
    if (verdict == Verdict::vacuous) {
        ++record.vacuous[{entry.backend, reason_class(entry.judgement.reason)}][entry.isa];
    }
    for (const std::string& reason : classes_of(entry.notes)) {
        ++record.out_of_contract[{entry.backend, reason}][entry.isa];
    }
    if (verdict == Verdict::harness_error) {
        record.harness_errors.push_back(fmt::format("{} {}: {}", entry.backend, entry.isa, entry.judgement.reason));
    }
    if (entry.elements() > 0) {
        add_elements(record, value.graph, entry);
    }
    for (const auto& partition : entry.partitions) {
        ++record.combinations[{entry.backend, operation_of(value.graph, partition),
                               combination_of(value.graph, partition.nodes)}];
    }
    std::vector<backends::PartitionReport> partitions = entry.partitions;
    if (is_failure(verdict)) {
        partitions = suspects(value.graph, entry, all);
        FailureSignature signature = signature_of(value, entry, partitions);
        const bool known = entry.known_issue && is_still_known(selection, value, entry, partitions);
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

DrawWish wish_of(const LaneSteering& steering) {
    DrawWish wish;
    wish.avoid = [&steering](const graph::Case& value) {
        return steering.avoided(flat_features(case_features(value)));
    };
    if (steering.candidates() > 1) {
        wish.worth = [&steering](const graph::Case& value) { return steering.unreached(case_features(value)); };
        wish.candidates = steering.candidates();
    }
    return wish;
}

void judge(CaseRecord& record, const CampaignConfiguration& configuration, const RunSelection& selection,
           const Guidance& guidance, const RunCase& run) {
    GatedCase drawn = gated_case(configuration.generator, record.index, name_of_index(configuration, record.index),
                                 guidance.lane == nullptr || guidance.is_probe ? DrawWish() : wish_of(*guidance.lane));
    const graph::Case& value = drawn.value;
    record.draw = drawn.draw;
    record.gained = drawn.gained;
    record.resampled = drawn.refused;
    record.steered.assign(drawn.avoided.begin(), drawn.avoided.end());
    record.cost = case_cost(value);
    record.features = case_features(value);
    EvaluationCache evaluations(value, configuration.generator.contract, std::move(drawn.evaluation));
    RunForecast forecast(value, guidance.lane == nullptr ? nullptr : &guidance.lane->runs(), guidance.is_probe);
    const WithholdRun withhold = [&forecast](const std::string& backend, const std::string& isa,
                                             const backends::Plan& plan) {
        return forecast.withholds(backend, isa, plan);
    };
    const std::vector<RunEntry> entries = run(value, evaluations, withhold);
    add_runs(record, selection, value, entries);
    forecast.settle(record, entries);
    if (std::any_of(entries.begin(), entries.end(),
                    [](const RunEntry& entry) { return is_pass(entry.judgement.verdict); })) {
        record.applicable_faults = applicable_faults(value);
    }
}

}  // namespace

void add_runs(CaseRecord& record, const RunSelection& selection, const graph::Case& value,
              const std::vector<RunEntry>& entries) {
    std::set<std::string> judged_on;
    for (const RunEntry& entry : entries) {
        if (!entry.outputs.empty()) {
            judged_on.insert(fmt::format("{} {}", entry.backend, entry.isa));
        }
        add_run(record, selection, value, entry, entries);
    }
    record.judged_on.assign(judged_on.begin(), judged_on.end());
}

CaseRecord judge_index(const CampaignConfiguration& configuration, const RunSelection& selection, std::uint64_t index,
                       const Guidance& guidance, const RunCase& run) {
    CaseRecord record;
    record.index = index;
    try {
        judge(record, configuration, selection, guidance, run);
    } catch (const std::exception& error) {
        record.harness_errors.push_back(error.what());
    }
    return record;
}

graph::Case recorded_case(const CampaignConfiguration& configuration, std::uint64_t index, int draw) {
    return drawn_case(configuration.generator, index, draw, name_of_index(configuration, index));
}

}  // namespace difftest::harness
