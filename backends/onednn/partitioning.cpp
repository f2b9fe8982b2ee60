#include "backends/onednn/partitioning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace difftest::backends::onednn {

using graph::Case;
using graph::Graph;
using graph::Node;
using graph::NodeId;
using graph::TensorId;

namespace {

/// The library's own limit on the length of a chain.
constexpr std::size_t kMostPostOps = 32;

struct NamedFusion {
    Fusion fusion;
    std::string_view name;
};
constexpr std::array<NamedFusion, 3> kFusions{{
    {Fusion::fused, "fused"},
    {Fusion::fused_distinct_eltwise, "fused_distinct_eltwise"},
    {Fusion::split, "split"},
}};

/// The input of a pointwise node that flows through its primitive: the data, or the operand that has the output's
/// shape.
TensorId flowing_input(const Case& value, const Node& node) {
    const Graph& graph = value.graph;
    if (!std::holds_alternative<graph::Binary>(node.operation)) {
        return graph::input_at(node, "data");
    }
    const graph::Shape& shape = graph.tensor(node.output).shape;
    const TensorId a = graph::input_at(node, "a");
    const TensorId b = graph::input_at(node, "b");
    const bool b_can_flow = std::holds_alternative<Steps>(lower(value, node, b, Position::end));
    return graph.tensor(a).shape != shape && graph.tensor(b).shape == shape && b_can_flow ? b : a;
}

/// The node that may be fused after the producer of `tensor`; nothing when the value must be materialized or when
/// another convolution has taken the node.
std::optional<NodeId> fusible_consumer(const Graph& graph, TensorId tensor, const std::vector<bool>& taken) {
    const graph::Tensor& produced = graph.tensor(tensor);
    const std::vector<NodeId> consumers = graph.consumers_of(tensor);
    const bool half = produced.type == graph::DataType::f16 || produced.type == graph::DataType::bf16;
    if (half || graph.is_output(tensor) || consumers.size() != 1 ||
        taken[static_cast<std::size_t>(consumers.front())]) {
        return std::nullopt;
    }
    const Node& consumer = graph.node(consumers.front());
    const bool read_once = std::count(consumer.inputs.begin(), consumer.inputs.end(), tensor) == 1;
    const bool as_data = std::holds_alternative<graph::Binary>(consumer.operation) ||
                         (!is_convolution(consumer) && graph::input_at(consumer, "data") == tensor);
    if (!read_once || !as_data || graph.tensor(consumer.output).shape != produced.shape) {
        return std::nullopt;
    }
    return consumers.front();
}

/// The steps of a chain of nodes after a convolution whose accumulator is `accumulator`.
std::optional<Steps> steps_of_chain(const Case& value, const std::vector<NodeId>& chain, TensorId accumulator,
                                    Fusion fusion) {
    Steps steps;
    TensorId flowing = accumulator;
    for (const NodeId id : chain) {
        const Node& node = value.graph.node(id);
        const Position position = id == chain.back() ? Position::end : Position::middle;
        Lowering lowering = lower(value, node, flowing, position);
        const Steps* own = std::get_if<Steps>(&lowering);
        if (own == nullptr) {
            return std::nullopt;
        }
        steps.insert(steps.end(), own->begin(), own->end());
        flowing = node.output;
    }
    if (fusion == Fusion::fused_distinct_eltwise) {
        std::optional<Steps> distinct = with_distinct_eltwise(steps);
        if (!distinct) {
            return std::nullopt;
        }
        steps = *std::move(distinct);
    }
    return steps.size() <= kMostPostOps ? std::optional(std::move(steps)) : std::nullopt;
}

PlannedPartition grow_from_convolution(const Case& value, NodeId head, Fusion fusion, const std::vector<bool>& taken) {
    const Node& convolution = value.graph.node(head);
    PlannedPartition grown{{head}, graph::input_at(convolution, "data"), {}, convolution.output};
    if (fusion == Fusion::split) {
        return grown;
    }
    std::vector<NodeId> chain;
    for (auto next = fusible_consumer(value.graph, grown.output, taken); next;
         next = fusible_consumer(value.graph, grown.output, taken)) {
        chain.push_back(*next);
        std::optional<Steps> steps = steps_of_chain(value, chain, convolution.output, fusion);
        if (!steps) {
            break;
        }
        grown.nodes.push_back(*next);
        grown.steps = *std::move(steps);
        grown.output = value.graph.node(*next).output;
    }
    return grown;
}

}  // namespace

std::string_view name_of(Fusion fusion) {
    const auto* found = std::find_if(kFusions.begin(), kFusions.end(),
                                     [fusion](const NamedFusion& entry) { return entry.fusion == fusion; });
    return found->name;
}

std::optional<Fusion> fusion_from(std::string_view name) {
    for (const NamedFusion& entry : kFusions) {
        if (entry.name == name) {
            return entry.fusion;
        }
    }
    return std::nullopt;
}

bool is_convolution(const Node& node) {
    return std::holds_alternative<graph::Convolution>(node.operation) ||
           std::holds_alternative<graph::Deconvolution>(node.operation);
}

std::vector<PrimitiveSteps> primitives_of(const Graph& graph, const PlannedPartition& partition) {
    std::span<const Step> rest = partition.steps;
    if (is_convolution(graph.node(partition.nodes.front()))) {
        return {{nullptr, rest}};
    }
    std::vector<PrimitiveSteps> result;
    while (!rest.empty()) {
        const auto is_eltwise = [](const Step& step) { return std::holds_alternative<EltwiseStep>(step); };
        const std::span<const Step> following = rest.subspan(1);
        const auto end =
            is_eltwise(rest.front()) ? std::find_if(following.begin(), following.end(), is_eltwise) : following.end();
        const auto count = static_cast<std::size_t>(end - following.begin());
        result.push_back({&rest.front(), following.first(count)});
        rest = following.subspan(count);
    }
    return result;
}

std::string kind_of(const Graph& graph, const PlannedPartition& partition) {
    const std::vector<PrimitiveSteps> primitives = primitives_of(graph, partition);
    if (primitives.empty()) {
        return "reorder";
    }
    std::string kind;
    for (const PrimitiveSteps& primitive : primitives) {
        std::string_view name = graph::name_of(graph.node(partition.nodes.front()).operation);
        if (primitive.head != nullptr) {
            name = std::holds_alternative<EltwiseStep>(*primitive.head) ? "eltwise" : "binary";
        }
        const std::size_t count = primitive.post_ops.size();
        const std::string absorbed = count == 0 ? "" : fmt::format(" + {} post-op{}", count, count == 1 ? "" : "s");
        kind += fmt::format("{}{}{}", kind.empty() ? "" : ", ", name, absorbed);
    }
    return kind;
}

std::variant<Partitioning, CannotLower> partition(const Case& value, Fusion fusion) {
    Partitioning result;
    std::vector<bool> taken(value.graph.nodes.size(), false);
    for (NodeId id = 0; id < static_cast<NodeId>(value.graph.nodes.size()); ++id) {
        if (taken[static_cast<std::size_t>(id)]) {
            continue;
        }
        const Node& node = value.graph.node(id);
        if (is_convolution(node) && !graph::is_integer(value.graph.tensor(node.output).type)) {
            return CannotLower{fmt::format("'{}': only integer convolutions are lowered to oneDNN", node.name)};
        }
        if (is_convolution(node)) {
            PlannedPartition grown = grow_from_convolution(value, id, fusion, taken);
            for (const NodeId member : grown.nodes) {
                taken[static_cast<std::size_t>(member)] = true;
            }
            result.push_back(std::move(grown));
            continue;
        }
        const TensorId source = flowing_input(value, node);
        Lowering lowering = lower(value, node, source, Position::end);
        if (auto* refusal = std::get_if<CannotLower>(&lowering)) {
            return std::move(*refusal);
        }
        result.push_back({{id}, source, std::get<Steps>(std::move(lowering)), node.output});
    }
    // Every operand of a partition stands before the partition's last node, so this order is a topological one.
    std::stable_sort(result.begin(), result.end(), [](const PlannedPartition& a, const PlannedPartition& b) {
        return a.nodes.back() < b.nodes.back();
    });
    return result;
}

}  // namespace difftest::backends::onednn
