#include "harness/campaign/failure_signature.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace difftest::harness {
namespace {

using backends::PartitionReport;

bool same(const PartitionReport& a, const PartitionReport& b) {
    return a.nodes == b.nodes && a.implementation == b.implementation;
}

bool is_cleared(const PartitionReport& partition, const RunEntry& failing, const std::vector<RunEntry>& all) {
    return std::any_of(all.begin(), all.end(), [&](const RunEntry& other) {
        return is_pass(other.judgement.verdict) && other.backend == failing.backend && other.isa == failing.isa &&
               std::any_of(other.partitions.begin(), other.partitions.end(),
                           [&partition](const PartitionReport& each) { return same(each, partition); });
    });
}

/// By how much values are wrong; the places of a random case say less and follow from it only at times.
std::string pattern_of(const RunEntry& entry) {
    const OutsideElement* worst = entry.worst();
    if (entry.judgement.verdict != Verdict::violation || worst == nullptr) {
        return "";
    }
    for (const Comparison& output : entry.outputs) {
        if (output.pattern == ErrorPattern::border_only || output.pattern == ErrorPattern::single_channel) {
            return std::string(name_of(output.pattern));
        }
    }
    if (std::isnan(worst->got)) {
        return "nan";
    }
    if (graph::is_integer(entry.outputs.front().type) && worst->distance <= 1) {
        return "off_by_one";
    }
    return "values";
}

}  // namespace

std::vector<PartitionReport> suspects(const RunEntry& failing, const std::vector<RunEntry>& all) {
    std::vector<PartitionReport> result;
    for (const PartitionReport& partition : failing.partitions) {
        if (!is_cleared(partition, failing, all)) {
            result.push_back(partition);
        }
    }
    return result.empty() ? failing.partitions : result;
}

FailureSignature signature_of(const graph::Case& value, const RunEntry& failing,
                              const std::vector<PartitionReport>& suspected) {
    FailureSignature signature;
    signature.backend = failing.backend;
    signature.verdict = failing.judgement.verdict;
    signature.pattern = pattern_of(failing);
    std::set<std::string> implementations;
    std::vector<std::string> nodes;
    for (const PartitionReport& partition : suspected) {
        implementations.insert(partition.implementation);
        nodes.insert(nodes.end(), partition.nodes.begin(), partition.nodes.end());
    }
    if (const auto id = nodes.empty() ? std::nullopt : value.graph.find_node(nodes.front())) {
        signature.operation = graph::name_of(value.graph.node(*id).operation);
        signature.grouping = grouping_of(value.graph, value.graph.node(*id));
    }
    signature.implementation = fmt::format("{}", fmt::join(implementations, " + "));
    signature.attributes = features_of(value, nodes);
    signature.attributes.insert(signature.attributes.end(), failing.traits.begin(), failing.traits.end());
    std::sort(signature.attributes.begin(), signature.attributes.end());
    return signature;
}

namespace {

/// The results of a partition that another one, or the outside, reads.
std::vector<graph::TensorId> results_of(const graph::Graph& graph, const PartitionReport& partition) {
    std::vector<graph::TensorId> results;
    for (const std::string& name : partition.nodes) {
        const auto id = graph.find_node(name);
        if (!id) {
            continue;
        }
        const graph::TensorId tensor = graph.node(*id).output;
        const std::vector<graph::NodeId> readers = graph.consumers_of(tensor);
        const bool leaves = std::any_of(readers.begin(), readers.end(), [&](graph::NodeId reader) {
            const auto& nodes = partition.nodes;
            return std::find(nodes.begin(), nodes.end(), graph.node(reader).name) == nodes.end();
        });
        if (leaves || graph.is_output(tensor)) {
            results.push_back(tensor);
        }
    }
    return results;
}

}  // namespace

graph::Case with_partition_results(const graph::Case& value, const RunEntry& failing) {
    graph::Case result = value;
    for (const PartitionReport& partition : failing.partitions) {
        for (const graph::TensorId tensor : results_of(value.graph, partition)) {
            if (!result.graph.is_output(tensor)) {
                result.graph.outputs.push_back(tensor);
            }
        }
    }
    result.execution.isas = {failing.isa};
    result.execution.plans = {failing.plan};
    return result;
}

std::vector<PartitionReport> first_wrong(const graph::Case& value, const RunEntry& again,
                                         const std::vector<PartitionReport>& suspected) {
    for (const PartitionReport& partition : again.partitions) {
        for (const graph::TensorId tensor : results_of(value.graph, partition)) {
            const std::string& name = value.graph.tensor(tensor).name;
            for (const Comparison& output : again.outputs) {
                if (output.tensor == name && output.outside > 0) {
                    return {partition};
                }
            }
        }
    }
    return suspected;
}

}  // namespace difftest::harness
