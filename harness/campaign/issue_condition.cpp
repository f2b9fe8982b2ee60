#include "harness/campaign/issue_condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <numeric>
#include <stdexcept>

namespace difftest::harness {
namespace {

using graph::kAbsent;
using graph::Shape;
using graph::TensorId;

constexpr std::array<std::string_view, 10> kPerAxis = {"kernel",      "padding",      "stride",         "dilation",
                                                       "pad_begin",   "pad_end",      "output_padding", "size",
                                                       "result_size", "axis_from_end"};
constexpr std::array<std::string_view, 24> kOnce = {"groups",
                                                    "depthwise",
                                                    "in_channels",
                                                    "out_channels",
                                                    "in_per_group",
                                                    "out_per_group",
                                                    "batch",
                                                    "spatial_dims",
                                                    "followers",
                                                    "operands",
                                                    "spatial_elements",
                                                    "data_spatial_elements",
                                                    "data_zero_point",
                                                    "weights_zero_point",
                                                    "bias",
                                                    "channel_operands",
                                                    "spatial_operands",
                                                    "batch_operands",
                                                    "varying_operands",
                                                    "comparisons",
                                                    "last_extent",
                                                    "same_operands",
                                                    "infinite_input",
                                                    "rank"};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

bool used(const graph::Node& node, std::string_view slot) {
    return graph::input_at(node, slot) != kAbsent;
}

bool compares(const graph::Node& node) {
    using enum graph::BinaryAlgorithm;
    const auto* binary = std::get_if<graph::Binary>(&node.operation);
    constexpr std::array kComparisons{equal, not_equal, less, less_equal, greater, greater_equal};
    return binary != nullptr &&
           std::find(kComparisons.begin(), kComparisons.end(), binary->algorithm) != kComparisons.end();
}

/// The slot of what the nodes before it in the partition hand on, whose results are `handed_on`; else the first, but
/// for a binary operation that broadcasts its first input alone.
std::size_t data_slot(const graph::Graph& graph, const graph::Node& node,
                      const std::vector<graph::TensorId>& handed_on) {
    const auto found = std::find_first_of(node.inputs.begin(), node.inputs.end(), handed_on.begin(), handed_on.end());
    if (found != node.inputs.end()) {
        return static_cast<std::size_t>(found - node.inputs.begin());
    }
    const Shape& result = graph.tensor(node.output).shape;
    return std::holds_alternative<graph::Binary>(node.operation) && graph.tensor(node.inputs[0]).shape != result &&
                   graph.tensor(node.inputs[1]).shape == result
               ? 1
               : 0;
}

/// Adds the operands that a node has besides its data.
void count_operands(NodeFacts& facts, const graph::Graph& graph, const graph::Node& node,
                    const std::vector<graph::TensorId>& handed_on) {
    if (graph::is_contraction(node.operation)) {
        return;
    }
    const Shape& result = graph.tensor(node.output).shape;
    const std::size_t data = data_slot(graph, node, handed_on);
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
        if (slot == data || node.inputs[slot] == kAbsent) {
            continue;
        }
        const Shape& shape = graph.tensor(node.inputs[slot]).shape;
        const std::size_t back = result.size() - 1;  // of the channels, counted from the end
        const bool channels = result.size() > 1 && shape.size() >= back && shape[shape.size() - back] > 1;
        ++facts["operands"].front();
        const auto spatial = shape.end() - std::min<std::ptrdiff_t>(std::ssize(shape), std::ssize(result) - 2);
        const bool differs =
            std::any_of(std::min(spatial, shape.end()), shape.end(), [](auto each) { return each > 1; });
        facts["spatial_operands"].front() += result.size() > 2 && differs ? 1 : 0;
        facts["varying_operands"].front() += graph::element_count(shape).value_or(1) > 1 ? 1 : 0;
        facts["channel_operands"].front() += channels ? 1 : 0;
        facts["batch_operands"].front() += shape.size() == result.size() && !shape.empty() && shape[0] > 1 ? 1 : 0;
    }
}

void add_window(NodeFacts& facts, const graph::Graph& graph, const graph::Node& node) {
    std::visit(
        [&](const auto& op) {
            if constexpr (requires { op.groups; }) {
                const Shape& weights = graph.tensor(node.inputs[1]).shape;
                facts["kernel"].assign(weights.begin() + 2, weights.end());
                facts["stride"] = op.strides;
                facts["dilation"] = op.dilations;
                facts["pad_begin"] = op.pads_begin;
                facts["pad_end"] = op.pads_end;
                for (std::size_t d = 0; d < op.strides.size(); ++d) {
                    facts["padding"][d] = op.pads_begin[d] + op.pads_end[d];
                }
                facts["output_padding"].assign(op.strides.size(), 0);
                if constexpr (requires { op.output_padding; }) {
                    facts["output_padding"] = op.output_padding;
                }
                facts["groups"] = {op.groups};
                facts["in_per_group"] = {weights[1]};
                facts["out_per_group"] = {weights[0] / op.groups};
                facts["depthwise"] = {op.groups > 1 && weights[1] == 1 && weights[0] == op.groups ? 1 : 0};
            }
        },
        node.operation);
}

std::int64_t spatial_elements(const Shape& shape) {
    const auto spatial = static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, shape.size()));
    return std::accumulate(shape.begin() + spatial, shape.end(), std::int64_t{1}, std::multiplies<>());
}

bool contains(std::span<const std::string> names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_name(std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z';
}

std::string known_name(std::string_view text) {
    const std::vector<std::string> names = fact_names();
    if (std::find(names.begin(), names.end(), text) == names.end()) {
        throw std::invalid_argument(fmt::format("'{}' is no fact about a node", text));
    }
    return std::string(text);
}

}  // namespace

std::vector<std::string> fact_names() {
    std::vector<std::string> names(kPerAxis.begin(), kPerAxis.end());
    names.insert(names.end(), kOnce.begin(), kOnce.end());
    return names;
}

NodeFacts facts_of(const graph::Graph& graph, const graph::Node& node, std::span<const std::string> partition,
                   std::span<const std::string> infinite) {
    NodeFacts facts;
    for (const std::string_view name : kOnce) {
        facts[std::string(name)] = {0};
    }
    const Shape& data = graph.tensor(node.inputs[data_slot(graph, node, {})]).shape;
    const Shape& result = graph.tensor(node.output).shape;
    const std::size_t axes = data.size() > 2 ? data.size() - 2 : 0;
    for (const std::string_view name : kPerAxis) {
        facts[std::string(name)].assign(axes, 0);
    }
    for (std::size_t d = 0; d < axes; ++d) {
        facts["size"][d] = data[d + 2];
        facts["result_size"][d] = d + 2 < result.size() ? result[d + 2] : 0;
        facts["axis_from_end"][d] = static_cast<std::int64_t>(axes - d);
    }
    facts["batch"] = {data.empty() ? 1 : data[0]};
    facts["in_channels"] = {data.size() > 1 ? data[1] : 1};
    facts["out_channels"] = {result.size() > 1 ? result[1] : 1};
    facts["spatial_dims"] = {static_cast<std::int64_t>(axes)};
    facts["spatial_elements"] = {spatial_elements(result)};
    facts["data_spatial_elements"] = {spatial_elements(data)};
    facts["groups"] = {1};
    facts["rank"] = {std::ssize(result)};
    facts["last_extent"] = {result.empty() ? 1 : result.back()};
    facts["infinite_input"] = {contains(infinite, graph.tensor(node.inputs[0]).name) ? 1 : 0};
    facts["same_operands"] = {node.inputs.size() > 1 && node.inputs[0] == node.inputs[1] ? 1 : 0};
    facts["data_zero_point"] = {used(node, "data_zero_point") || used(node, "a_zero_point") ? 1 : 0};
    facts["weights_zero_point"] = {used(node, "weights_zero_point") || used(node, "b_zero_point") ? 1 : 0};
    facts["bias"] = {used(node, "bias") ? 1 : 0};
    add_window(facts, graph, node);
    bool behind = false;
    std::vector<graph::TensorId> handed_on;
    for (const graph::Node& each : graph.nodes) {
        if (&each == &node || (behind && contains(partition, each.name))) {
            facts["followers"].front() += behind ? 1 : 0;
            behind = true;
            count_operands(facts, graph, each, handed_on);
            handed_on.push_back(each.output);
            facts["comparisons"].front() += compares(each) ? 1 : 0;
        }
    }
    return facts;
}

IssueCondition::Term IssueCondition::parse_term(std::string_view text) {
    Term term;
    const auto number = [](std::string_view digits) {
        std::int64_t value = 0;
        const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (digits.empty() || end.ec != std::errc{} || end.ptr != digits.data() + digits.size()) {
            throw std::invalid_argument(fmt::format("'{}' is no number", digits));
        }
        return value;
    };
    const std::size_t percent = text.find('%');
    const std::string_view first = trimmed(text.substr(0, percent));
    if (percent != std::string_view::npos) {
        const std::string_view modulus = trimmed(text.substr(percent + 1));
        if (is_name(modulus)) {
            term.modulus_name = known_name(modulus);
        } else if (term.modulus = number(modulus); term.modulus < 1) {
            throw std::invalid_argument(fmt::format("'{}' is no modulus", term.modulus));
        }
    }
    if (is_name(first)) {
        term.name = known_name(first);
    } else {
        term.number = number(first);
    }
    return term;
}

IssueCondition::IssueCondition(std::string_view text) : text_(text) {
    const std::size_t begin = text.find_first_of("<>=!");
    const std::size_t end = text.find_first_not_of("<>=!", begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) {
        throw std::invalid_argument(fmt::format("'{}' is no comparison", text));
    }
    comparison_ = text.substr(begin, end - begin);
    constexpr std::array<std::string_view, 6> kComparisons = {"<", "<=", ">", ">=", "==", "!="};
    if (std::find(kComparisons.begin(), kComparisons.end(), comparison_) == kComparisons.end()) {
        throw std::invalid_argument(fmt::format("'{}' is no comparison", comparison_));
    }
    left_ = parse_term(text.substr(0, begin));
    right_ = parse_term(text.substr(end));
}

std::int64_t IssueCondition::value(const Term& term, const NodeFacts& facts, std::size_t axis) {
    const auto fact_of = [&facts, axis](const std::string& name) {
        const std::vector<std::int64_t>& fact = facts.find(name)->second;
        // A node without that axis has neither kernel nor padding there.
        return fact.size() == 1 && axis > 0 ? fact.front() : (axis < fact.size() ? fact[axis] : 0);
    };
    const std::int64_t value = term.name.empty() ? term.number : fact_of(term.name);
    const std::int64_t modulus = term.modulus_name.empty() ? term.modulus : fact_of(term.modulus_name);
    return modulus == 0 ? value : value % modulus;
}

bool IssueCondition::holds(const NodeFacts& facts, std::size_t axis) const {
    const std::int64_t left = value(left_, facts, axis);
    const std::int64_t right = value(right_, facts, axis);
    if (comparison_.front() == '<') {
        return comparison_ == "<" ? left < right : left <= right;
    }
    if (comparison_.front() == '>') {
        return comparison_ == ">" ? left > right : left >= right;
    }
    return (comparison_ == "==") == (left == right);
}

bool all_hold(std::span<const IssueCondition> conditions, const NodeFacts& facts) {
    const auto axes = static_cast<std::size_t>(std::max<std::int64_t>(facts.find("spatial_dims")->second.front(), 1));
    for (std::size_t axis = 0; axis < axes; ++axis) {
        if (std::all_of(conditions.begin(), conditions.end(),
                        [&](const IssueCondition& each) { return each.holds(facts, axis); })) {
            return true;
        }
    }
    return false;
}

}  // namespace difftest::harness
