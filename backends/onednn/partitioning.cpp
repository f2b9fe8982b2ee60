#include "backends/onednn/partitioning.hpp"

#include "backends/onednn/depthwise_fusion.hpp"

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
constexpr std::array<NamedFusion, 4> kFusions{{
    {Fusion::fused, "fused"},
    {Fusion::fused_distinct_eltwise, "fused_distinct_eltwise"},
    {Fusion::fused_depthwise, "fused_depthwise"},
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

bool is_half(graph::DataType type) {
    return type == graph::DataType::f16 || type == graph::DataType::bf16;
}

/// Whether a node can follow in a chain that flows into it at `tensor`.
bool flows_into(const Node& consumer, TensorId tensor) {
    switch (head_kind(consumer)) {
        case HeadKind::pointwise:
            return std::holds_alternative<graph::Binary>(consumer.operation) ||
                   graph::input_at(consumer, "data") == tensor;
        case HeadKind::prelu:
        case HeadKind::sum: return graph::input_at(consumer, "data") == tensor;
        case HeadKind::select: return graph::input_at(consumer, "a") == tensor;
        default: return false;
    }
}

/// What a chain must not hold.
struct Limits {
    const std::vector<bool>& taken;  ///< by node: part of another chain
    const std::vector<TensorId>& materialized;
};

/// The node that may be fused after the producer of `tensor`; nothing when the value must be materialized or when
/// another chain has taken the node.
std::optional<NodeId> fusible_consumer(const Graph& graph, TensorId tensor, const Limits& limits) {
    if (std::find(limits.materialized.begin(), limits.materialized.end(), tensor) != limits.materialized.end()) {
        return std::nullopt;
    }
    const std::vector<bool>& taken = limits.taken;
    const graph::Tensor& produced = graph.tensor(tensor);
    const std::vector<NodeId> consumers = graph.consumers_of(tensor);
    if (is_half(produced.type) || graph.is_output(tensor) || consumers.size() != 1 ||
        taken[static_cast<std::size_t>(consumers.front())]) {
        return std::nullopt;
    }
    const Node& consumer = graph.node(consumers.front());
    const bool read_once = std::count(consumer.inputs.begin(), consumer.inputs.end(), tensor) == 1;
    if (!read_once || !flows_into(consumer, tensor) || graph.tensor(consumer.output).shape != produced.shape) {
        return std::nullopt;
    }
    return consumers.front();
}

/// The steps of a chain of nodes; `flowing` is what its first node reads or, when that is no pointwise node, produces.
std::optional<Steps> steps_of_chain(const Case& value, const std::vector<NodeId>& chain, TensorId flowing,
                                    Fusion fusion) {
    const Node& head = value.graph.node(chain.front());
    const HeadKind kind = head_kind(head);
    const bool is_pointwise = kind == HeadKind::pointwise;
    Steps steps = is_pointwise || chain.size() == 1 ? Steps{} : steps_after_head(value.graph, head);
    for (const NodeId id : std::span(chain).subspan(is_pointwise ? 0 : 1)) {
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
    std::optional<Steps> result = with_possible_sums(value.graph, std::move(steps), value.graph.tensor(flowing).type);
    if (result && fusion == Fusion::fused_distinct_eltwise) {
        result = with_distinct_eltwise(*result);
    }
    const auto taken = [kind](const Step& step) { return takes_post_op(kind, step); };
    const bool possible =
        result && result->size() <= kMostPostOps && std::all_of(result->begin(), result->end(), taken);
    const bool fits = kind != HeadKind::softmax ||
                      (possible && softmax_takes(value.graph, *result, value.graph.tensor(flowing).type));
    return possible && fits ? result : std::nullopt;
}

/// The partition of the head alone, or why there is none.
std::variant<PlannedPartition, CannotLower> single_node(const Case& value, NodeId id) {
    const Node& node = value.graph.node(id);
    if (head_kind(node) != HeadKind::pointwise) {
        return PlannedPartition{{id}, node.inputs.front(), {}, node.output};
    }
    const TensorId source = flowing_input(value, node);
    Lowering lowering = lower(value, node, source, Position::end);
    if (auto* refusal = std::get_if<CannotLower>(&lowering)) {
        return std::move(*refusal);
    }
    return PlannedPartition{{id}, source, std::get<Steps>(std::move(lowering)), node.output};
}

/// The order in which heads choose their chains.
int rank_of(HeadKind kind) {
    if (kind == HeadKind::contraction) {
        return 0;
    }
    return absorbs_consumers(kind) && kind != HeadKind::pointwise ? 1 : 2;
}

/// The longest chain behind the head that can be lowered. A longer chain may be possible where a shorter one is not:
/// a sum as a post-op needs a result of the right size.
void grow(const Case& value, PlannedPartition& partition, Fusion fusion, const Limits& limits) {
    const Node& head = value.graph.node(partition.nodes.front());
    const bool is_pointwise = head_kind(head) == HeadKind::pointwise;
    const TensorId flowing = is_pointwise ? partition.source : head.output;
    std::vector<NodeId> chain = partition.nodes;
    for (auto next = fusible_consumer(value.graph, head.output, limits); next;
         next = fusible_consumer(value.graph, value.graph.node(*next).output, limits)) {
        chain.push_back(*next);
        if (std::optional<Steps> steps = steps_of_chain(value, chain, flowing, fusion)) {
            partition.nodes = chain;
            partition.steps = *std::move(steps);
            partition.output = value.graph.node(*next).output;
        }
    }
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

std::vector<PrimitiveSteps> primitives_of(const Graph& graph, const PlannedPartition& partition) {
    std::span<const Step> rest = partition.steps;
    if (head_kind(graph.node(partition.nodes.front())) != HeadKind::pointwise) {
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

std::variant<Partitioning, CannotLower> partition(const Case& value, Fusion fusion,
                                                  const std::vector<TensorId>& materialized) {
    Partitioning result;
    std::vector<bool> taken(value.graph.nodes.size(), false);
    // Contractions first: where two chains meet, the sum of products is the one that is fused in practice.
    for (const int rank : {0, 1, 2}) {
        for (NodeId id = 0; id < static_cast<NodeId>(value.graph.nodes.size()); ++id) {
            const HeadKind kind = head_kind(value.graph.node(id));
            if (taken[static_cast<std::size_t>(id)] || rank_of(kind) != rank) {
                continue;
            }
            auto single = single_node(value, id);
            if (auto* refusal = std::get_if<CannotLower>(&single)) {
                return std::move(*refusal);
            }
            auto& grown = std::get<PlannedPartition>(single);
            if (fusion != Fusion::split && absorbs_consumers(kind)) {
                grow(value, grown, fusion, {taken, materialized});
            }
            for (const NodeId member : grown.nodes) {
                taken[static_cast<std::size_t>(member)] = true;
            }
            result.push_back(std::move(grown));
        }
    }
    if (fusion == Fusion::fused_depthwise) {
        join_depthwise(value.graph, result);
    }
    // Every operand of a partition stands before the partition's last node, so this order is a topological one.
    std::stable_sort(result.begin(), result.end(), [](const PlannedPartition& a, const PlannedPartition& b) {
        return a.nodes.back() < b.nodes.back();
    });
    return result;
}

std::vector<TensorId> fused_results(const Graph& graph, const Partitioning& partitions) {
    std::vector<TensorId> result;
    for (const PlannedPartition& partition : partitions) {
        for (const NodeId id : partition.nodes) {
            if (id != partition.nodes.back()) {
                result.push_back(graph.node(id).output);
            }
        }
    }
    return result;
}

}  // namespace difftest::backends::onednn
