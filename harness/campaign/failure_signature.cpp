#include "harness/campaign/failure_signature.hpp"

#include <fmt/format.h>

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

FailureSignature signature_of(const graph::Case& value, const RunEntry& failing, const std::vector<RunEntry>& all) {
    FailureSignature signature;
    signature.backend = failing.backend;
    signature.verdict = failing.judgement.verdict;
    signature.pattern = pattern_of(failing);
    std::set<std::string> attributes;
    std::set<std::string> implementations;
    bool head = true;
    for (const PartitionReport& partition : suspects(failing, all)) {
        implementations.insert(partition.implementation);
        for (std::size_t i = 0; i < partition.nodes.size(); ++i) {
            const auto id = value.graph.find_node(partition.nodes[i]);
            if (!id) {
                continue;
            }
            const graph::Node& node = value.graph.node(*id);
            const std::string operation(graph::name_of(node.operation));
            if (head) {
                signature.operation = operation;
                signature.grouping = grouping_of(value.graph, node);
            }
            const std::string prefix = head ? "" : fmt::format("{}{} ", i > 0 ? "post-op " : "", operation);
            for (const std::string& word : node_attributes(value, *id)) {
                attributes.insert(prefix + word);
            }
            head = false;
        }
    }
    for (const std::string& name : implementations) {
        signature.implementation += fmt::format("{}{}", signature.implementation.empty() ? "" : " + ", name);
    }
    attributes.insert(failing.traits.begin(), failing.traits.end());
    signature.attributes.assign(attributes.begin(), attributes.end());
    return signature;
}

}  // namespace difftest::harness
