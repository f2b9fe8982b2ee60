#include "harness/campaign/failure_signature.hpp"

#include "harness/report/suspicion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <string_view>

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

/// The node that an error of the library names: "... during create: binary + 2 post-ops of 'scale': could not ...";
/// nothing when it names none.
std::string named_node(const graph::Graph& graph, const RunEntry& entry) {
    constexpr std::string_view kOpening = " of '";
    const std::string& reason = entry.judgement.reason;
    const std::size_t opening = reason.find(kOpening);
    if (entry.judgement.verdict != Verdict::crash || opening == std::string::npos) {
        return "";
    }
    const std::size_t begin = opening + kOpening.size();
    const std::string name = reason.substr(begin, reason.find('\'', begin) - begin);
    return graph.find_node(name) ? name : "";
}

bool holds_one_of(const PartitionReport& partition, const std::set<std::string>& nodes) {
    return std::any_of(partition.nodes.begin(), partition.nodes.end(),
                       [&nodes](const std::string& node) { return nodes.contains(node); });
}

/// The partitions in which the first wrong tensor was made: of its own node, and of those whose values reached it
/// without being compared, because the plan holds them in another type than the graph (plan `graph` of oneDNN).
std::vector<PartitionReport> makers_of(const graph::Graph& graph, graph::TensorId wrong, const RunEntry& failing) {
    std::set<std::string> makers{graph.node(graph.tensor(wrong).producer).name};
    std::size_t known = 0;
    while (known != makers.size()) {
        known = makers.size();
        for (const PartitionReport& partition : failing.partitions) {
            if (!holds_one_of(partition, makers)) {
                continue;
            }
            for (const std::string& name : partition.nodes) {
                const std::optional<graph::NodeId> node = graph.find_node(name);
                for (const graph::TensorId input : node ? graph.node(*node).inputs : std::vector<graph::TensorId>{}) {
                    if (input != graph::kAbsent && graph.tensor(input).producer >= 0 &&
                        failing.comparison(graph.tensor(input).name) == nullptr) {
                        makers.insert(graph.node(graph.tensor(input).producer).name);
                    }
                }
            }
        }
    }
    std::vector<PartitionReport> result;
    std::copy_if(failing.partitions.begin(), failing.partitions.end(), std::back_inserter(result),
                 [&makers](const PartitionReport& each) { return holds_one_of(each, makers); });
    return result;
}

/// oneDNN 3.7 keeps an error of its code generator and reports it from whatever it creates next.
bool may_be_kept_from_before(const RunEntry& failing) {
    return failing.judgement.reason.find("could not create a primitive (runtime_error)") != std::string::npos;
}

/// Of a failure that names the node `maker`: its partition, and those before it where the error may be theirs. What
/// differs between executions may also come from behind what is wrong in each. Without a name: all partitions that
/// nothing clears.
std::vector<PartitionReport> made_or_behind(const RunEntry& failing, const std::vector<RunEntry>& all,
                                            const std::string& maker) {
    const bool may_be_behind = failing.judgement.verdict == Verdict::nondeterministic;
    bool reached = maker.empty() || !may_be_behind;
    std::vector<PartitionReport> result;
    for (const PartitionReport& partition : failing.partitions) {
        const bool made_it = holds_one_of(partition, {maker});
        if (made_it && !may_be_behind) {
            std::vector<PartitionReport> accused{partition};
            if (may_be_kept_from_before(failing)) {
                accused.insert(accused.end(), result.begin(), result.end());
            }
            return accused;
        }
        reached = reached || made_it;
        if (reached && (made_it || !is_cleared(partition, failing, all))) {
            result.push_back(partition);
        }
    }
    return result;
}

/// By how much values are wrong; the places of a random case say less and follow from it only at times.
std::string pattern_of(const RunEntry& entry) {
    const Comparison* wrong = entry.first_wrong ? entry.comparison(*entry.first_wrong) : nullptr;
    if (entry.judgement.verdict != Verdict::violation || wrong == nullptr || !wrong->worst) {
        return "";
    }
    if (wrong->pattern == ErrorPattern::border_only || wrong->pattern == ErrorPattern::single_channel) {
        return std::string(name_of(wrong->pattern));
    }
    if (std::isnan(wrong->worst->got)) {
        return "nan";
    }
    return graph::is_integer(wrong->type) && wrong->worst->distance <= 1 ? "off_by_one" : "values";
}

}  // namespace

std::vector<PartitionReport> suspects(const graph::Graph& graph, const RunEntry& failing,
                                      const std::vector<RunEntry>& all) {
    // What an error of the library names, or the partitions in which the first wrong value was made.
    const auto wrong = failing.first_wrong ? graph.find_tensor(*failing.first_wrong) : std::nullopt;
    const bool has_maker = wrong && graph.tensor(*wrong).producer >= 0;
    std::vector<PartitionReport> result;
    if (has_maker && failing.judgement.verdict == Verdict::violation) {
        result = makers_of(graph, *wrong, failing);
    }
    if (result.empty()) {
        const std::string maker =
            has_maker ? graph.node(graph.tensor(*wrong).producer).name : named_node(graph, failing);
        result = made_or_behind(failing, all, maker);
        for (PartitionReport& each : has_maker ? makers_of(graph, *wrong, failing) : std::vector<PartitionReport>{}) {
            const auto is_it = [&each](const PartitionReport& other) { return other.nodes == each.nodes; };
            if (std::none_of(result.begin(), result.end(), is_it)) {
                result.push_back(std::move(each));
            }
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
    // What is miscompiled is another problem than what is wrong by itself.
    const bool is_compiled_wrong =
        std::find(failing.traits.begin(), failing.traits.end(), kCompilerSuspected) != failing.traits.end();
    signature.implementation =
        fmt::format("{}{}", is_compiled_wrong ? "compiler of " : "", fmt::join(implementations, " + "));
    signature.attributes = features_of(value, nodes);
    signature.attributes.insert(signature.attributes.end(), failing.traits.begin(), failing.traits.end());
    std::sort(signature.attributes.begin(), signature.attributes.end());
    return signature;
}

}  // namespace difftest::harness
