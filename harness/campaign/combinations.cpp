#include "harness/campaign/combinations.hpp"

#include "harness/campaign/case_features.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <regex>
#include <vector>

namespace difftest::harness {
namespace {

using graph::Graph;
using graph::Node;
using graph::TensorId;

std::string type_of(const Graph& graph, TensorId tensor) {
    return std::string(graph::name_of(graph.tensor(tensor).type));
}

/// Data and weights are the first two slots; everything else that a contraction reads is optional.
void describe_contraction(const Graph& graph, const Node& node, std::vector<std::string>& words) {
    constexpr std::size_t kBias = 2;
    constexpr std::size_t kDataZeroPoint = 3;
    constexpr std::size_t kWeightsZeroPoint = 4;
    if (const std::string grouping = grouping_of(graph, node); !grouping.empty()) {
        words.push_back(grouping);
    }
    if (const TensorId bias = node.inputs[kBias]; bias != graph::kAbsent) {
        words.push_back("bias " + type_of(graph, bias));
    }
    for (const std::size_t slot : {kDataZeroPoint, kWeightsZeroPoint}) {
        if (const TensorId zero_point = node.inputs[slot]; zero_point != graph::kAbsent) {
            const char* const whose = slot == kDataZeroPoint ? "first" : "second";
            const bool single = graph.tensor(zero_point).shape.empty();
            words.push_back(fmt::format("{} zero point{}", whose, single ? "" : " per channel"));
        }
    }
}

}  // namespace

std::string combination_of(const Graph& graph, std::span<const std::string> partition) {
    const auto first = partition.empty() ? std::nullopt : graph.find_node(partition.front());
    const auto last = partition.empty() ? std::nullopt : graph.find_node(partition.back());
    if (!first || !last) {
        return "";
    }
    const Node& head = graph.node(*first);
    const bool is_contraction = graph::is_contraction(head.operation);
    std::vector<std::string> types;
    for (std::size_t slot = 0; slot < (is_contraction ? 2 : head.inputs.size()); ++slot) {
        if (head.inputs[slot] != graph::kAbsent) {
            types.push_back(type_of(graph, head.inputs[slot]));
        }
    }
    std::vector<std::string> words;
    if (is_contraction) {
        describe_contraction(graph, head, words);
    }
    return fmt::format("{}{}{} -> {}", fmt::join(types, "*"), words.empty() ? "" : " ", fmt::join(words, ", "),
                       type_of(graph, graph.node(*last).output));
}

std::string refusal_class(const std::string& reason) {
    static const std::regex kQuoted(R"( of '[^']*')");
    static const std::regex kName(R"('[^']*')");
    static const std::regex kPostOps(R"( \+ \d+ post-ops?)");
    std::string result = std::regex_replace(reason, kQuoted, "");
    result = std::regex_replace(result, kName, "'...'");
    return std::regex_replace(result, kPostOps, " + post-ops");
}

std::string reason_class(const std::string& reason) {
    static const std::regex kNode("^node [^:]*: ");
    static const std::regex kNumber(R"(\b\d+\b)");
    return std::regex_replace(std::regex_replace(reason, kNode, ""), kNumber, "N");
}

}  // namespace difftest::harness
