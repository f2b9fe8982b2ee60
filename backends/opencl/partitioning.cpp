#include "backends/opencl/partitioning.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::backends::opencl {

using graph::Graph;
using graph::Node;
using graph::NodeId;
using graph::TensorId;

namespace {

/// A kernel reads each of its operands through an argument of its own, of which a device may allow few.
constexpr std::size_t kMostNodes = 24;

/// What must not be fused.
struct Limits {
    std::vector<TensorId> cuts;       ///< results that go through memory
    bool tanh_breaks_chains = false;  ///< and a quantization behind it stands alone
};

bool is_tanh(const Node& node) {
    const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation);
    return eltwise != nullptr && eltwise->algorithm == graph::EltwiseAlgorithm::tanh;
}

/// Grows one partition from its first node.
class Growth {
public:
    Growth(const Graph& graph, NodeId first, const std::vector<bool>& taken, const Limits& limits)
        : graph_(graph), taken_(taken), limits_(limits), inside_(graph.tensors.size()), outside_(graph.tensors.size()) {
        add(first);
        longest_ = 1;
        const bool alone = limits.tanh_breaks_chains && graph::is_elementwise(graph.node(first).operation);
        for (auto id = static_cast<std::size_t>(first) + 1;
             !alone && id < graph.nodes.size() && nodes_.size() < kMostNodes; ++id) {
            consider(static_cast<NodeId>(id));
        }
        nodes_.resize(longest_);
    }

    const std::vector<NodeId>& nodes() const { return nodes_; }

private:
    void add(NodeId id) {
        nodes_.push_back(id);
        inside_[static_cast<std::size_t>(graph_.node(id).output)] = true;
    }

    bool is_inside(TensorId id) const { return id != graph::kAbsent && inside_[static_cast<std::size_t>(id)]; }
    bool is_cut(TensorId id) const {
        return std::find(limits_.cuts.begin(), limits_.cuts.end(), id) != limits_.cuts.end();
    }

    void consider(NodeId id) {
        const Node& node = graph_.node(id);
        const auto reads = [&](const std::vector<bool>& which) {
            return std::any_of(node.inputs.begin(), node.inputs.end(), [&](TensorId input) {
                return input != graph::kAbsent && which[static_cast<std::size_t>(input)];
            });
        };
        const bool reads_inside = reads(inside_);
        const bool reads_cut = std::any_of(node.inputs.begin(), node.inputs.end(),
                                           [&](TensorId input) { return is_inside(input) && is_cut(input); });
        const graph::Shape& shape = graph_.tensor(graph_.node(nodes_.front()).output).shape;
        const bool fits = graph::is_elementwise(node.operation) && graph_.tensor(node.output).shape == shape &&
                          !taken_[static_cast<std::size_t>(id)] && !(limits_.tanh_breaks_chains && is_tanh(node));
        // What comes back from outside cannot be waited for inside a kernel.
        if (reads_inside && fits && !reads_cut && !reads(outside_)) {
            add(id);
            if (has_single_result()) {
                longest_ = nodes_.size();
            }
        } else if (reads_inside || reads(outside_)) {
            outside_[static_cast<std::size_t>(node.output)] = true;
        }
    }

    /// Only the last node's result is seen from outside.
    bool has_single_result() const {
        return std::all_of(nodes_.begin(), nodes_.end() - 1, [&](NodeId id) {
            const TensorId result = graph_.node(id).output;
            const std::vector<NodeId> consumers = graph_.consumers_of(result);
            return !graph_.is_output(result) && !is_cut(result) && !consumers.empty() &&
                   std::all_of(consumers.begin(), consumers.end(), [&](NodeId consumer) {
                       return std::find(nodes_.begin(), nodes_.end(), consumer) != nodes_.end();
                   });
        });
    }

    const Graph& graph_;
    const std::vector<bool>& taken_;
    const Limits& limits_;
    std::vector<NodeId> nodes_;
    std::size_t longest_ = 0;
    std::vector<bool> inside_;
    std::vector<bool> outside_;
};

/// Everything but elementwise nodes first, so that a chain belongs to the contraction that it follows.
Partitioning fuse(const Graph& graph, const Limits& limits, const std::vector<NodeId>& own) {
    std::vector<bool> taken(graph.nodes.size(), false);
    Partitioning partitions;
    if (!own.empty()) {
        partitions.push_back({own});
    }
    for (const NodeId id : own) {
        taken[static_cast<std::size_t>(id)] = true;
    }
    for (const bool elementwise : {false, true}) {
        for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
            if (taken[id] || graph::is_elementwise(graph.nodes[id].operation) != elementwise) {
                continue;
            }
            const Growth growth(graph, static_cast<NodeId>(id), taken, limits);
            for (const NodeId node : growth.nodes()) {
                taken[static_cast<std::size_t>(node)] = true;
            }
            partitions.push_back({growth.nodes()});
        }
    }
    // The result of a partition is that of its last node, and all that it reads stands before that node.
    std::sort(partitions.begin(), partitions.end(),
              [](const PlannedPartition& a, const PlannedPartition& b) { return a.nodes.back() < b.nodes.back(); });
    return partitions;
}

}  // namespace

Partitioning partition(const Graph& graph, const PlanSpecification& specification) {
    if (specification.fusion == Fusion::split) {
        Partitioning partitions;
        for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
            partitions.push_back({{static_cast<NodeId>(id)}});
        }
        return partitions;
    }
    // As in the plugin with the bug: an activation that is a tanh is not fused, and nothing behind it either.
    Limits limits{{}, specification.clamp_optimisation};
    if (!specification.cuts.empty()) {
        const std::vector<TensorId> results = fused_results(graph);
        for (const std::size_t cut : specification.cuts) {
            if (cut <= results.size()) {
                limits.cuts.push_back(results[cut - 1]);
            }
        }
    }
    return fuse(graph, limits, {});
}

Partitioning partition_around(const Graph& graph, const PlanSpecification& specification,
                              const std::vector<NodeId>& own) {
    if (specification.fusion != Fusion::split) {
        return fuse(graph, Limits{}, own);
    }
    Partitioning partitions;
    for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
        const auto node = static_cast<NodeId>(id);
        if (node == own.back()) {
            partitions.push_back({own});
        } else if (std::find(own.begin(), own.end(), node) == own.end()) {
            partitions.push_back({{node}});
        }
    }
    return partitions;
}

std::vector<TensorId> fused_results(const Graph& graph) {
    std::vector<TensorId> results;
    for (const PlannedPartition& partition : fuse(graph, Limits{}, {})) {
        for (const NodeId id : std::span(partition.nodes).first(partition.nodes.size() - 1)) {
            results.push_back(graph.node(id).output);
        }
    }
    return results;
}

TensorId output_of(const Graph& graph, const PlannedPartition& partition) {
    return graph.node(partition.nodes.back()).output;
}

std::vector<std::string> names_of(const Graph& graph, const PlannedPartition& partition) {
    std::vector<std::string> names;
    for (const NodeId id : partition.nodes) {
        names.push_back(graph.node(id).name);
    }
    return names;
}

std::string kind_of(const Graph& graph, const PlannedPartition& partition) {
    const std::string_view head = graph::name_of(graph.node(partition.nodes.front()).operation);
    const std::size_t steps = partition.nodes.size() - 1;
    return steps == 0 ? std::string(head) : fmt::format("{} + {} step{}", head, steps, steps == 1 ? "" : "s");
}

}  // namespace difftest::backends::opencl
