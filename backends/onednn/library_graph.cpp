#include "backends/onednn/library_graph.hpp"

#include "backends/onednn/api_version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace difftest::backends::onednn {

namespace {

/// By value: which partition computes it.
std::vector<std::size_t> makers(const GraphPartitioning& partitioning) {
    std::vector<std::size_t> result(partitioning.description.values.size(), partitioning.partitions.size());
    for (std::size_t index = 0; index < partitioning.partitions.size(); ++index) {
        for (const std::size_t id : partitioning.partitions[index]) {
            for (const GraphValueId output : partitioning.description.operations[id].outputs) {
                result[output] = index;
            }
        }
    }
    return result;
}

/// Tensors of the case that one partition writes and another one reads.
std::vector<std::string> materialized_tensors(const graph::Graph& graph, const GraphPartitioning& partitioning) {
    const std::vector<std::size_t> maker = makers(partitioning);
    std::set<graph::TensorId> tensors;
    for (std::size_t index = 0; index < partitioning.partitions.size(); ++index) {
        for (const std::size_t id : partitioning.partitions[index]) {
            for (const GraphValueId input : partitioning.description.operations[id].inputs) {
                const graph::TensorId tensor = partitioning.description.values[input].tensor;
                if (tensor != graph::kAbsent && maker[input] != index &&
                    graph.tensor(tensor).role == graph::TensorRole::intermediate) {
                    tensors.insert(tensor);
                }
            }
        }
    }
    std::vector<std::string> names;
    for (const graph::TensorId tensor : tensors) {
        names.push_back(graph.tensor(tensor).name);
    }
    return names;
}

/// Different zero points for the channels of an operand of a sum of products.
bool has_channel_zero_points(const GraphDescription& description) {
    const auto differ = [&description](std::size_t dequantization) {
        for (const auto& [name, value] : description.operations[dequantization].attributes) {
            const auto* points = std::get_if<std::vector<std::int64_t>>(&value);
            if (name == "zps" && points != nullptr &&
                std::any_of(points->begin(), points->end(), [points](auto each) { return each != points->front(); })) {
                return true;
            }
        }
        return false;
    };
    return std::any_of(description.contractions.begin(), description.contractions.end(),
                       [&differ](const IntegerContraction& each) {
                           return std::any_of(each.dequantizations.begin(), each.dequantizations.end(), differ);
                       });
}

bool quantizes(const GraphDescription& description) {
    return std::any_of(description.operations.begin(), description.operations.end(),
                       [](const GraphOperation& each) { return each.kind == "Quantize"; });
}

}  // namespace

std::vector<std::string> nodes_of_partition(const graph::Graph& graph, const GraphPartitioning& partitioning,
                                            std::size_t partition) {
    std::set<graph::NodeId> own;
    std::set<graph::NodeId> touched;
    std::set<graph::NodeId> with_operations;
    for (const GraphOperation& each : partitioning.description.operations) {
        with_operations.insert(each.node);
    }
    const std::vector<GraphOperation>& operations = partitioning.description.operations;
    for (const std::size_t id : partitioning.partitions[partition]) {
        const graph::NodeId node = operations[id].node;
        touched.insert(node);
        const bool is_last = id + 1 == operations.size() || operations[id + 1].node != node;
        if (is_last) {
            own.insert(node);
        }
    }
    // What became a scale, or nothing at all, is where its data come from.
    for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
        const auto node = static_cast<graph::NodeId>(id);
        if (!with_operations.contains(node) && own.contains(graph.tensor(graph.node(node).inputs.front()).producer)) {
            own.insert(node);
        }
    }
    std::vector<std::string> names;
    for (const graph::NodeId node : own.empty() ? touched : own) {
        names.push_back(graph.node(node).name);
    }
    return names;
}

Plan graph_plan(const graph::Case& value, const GraphPartitioning& partitioning) {
    Plan plan;
    plan.name = kGraphPlan;
    plan.contract = contract::level(api::contract_level()).value();
    // "Rounding mode is library-implementation defined": developer guide, Graph API, Quantize. What is fused between a
    // Dequantize and a Quantize may be computed in integers: the guide's int8 patterns.
    if (quantizes(partitioning.description)) {
        plan.contract.grant(contract::Freedom::rounding_and_zero_point_site);
        plan.contract.grant(contract::Freedom::integer_rewriting);
    }
    for (std::size_t index = 0; index < partitioning.partitions.size(); ++index) {
        const std::size_t count = partitioning.partitions[index].size();
        plan.partitions.push_back({nodes_of_partition(value.graph, partitioning, index),
                                   fmt::format("partition of {} operation{}", count, count == 1 ? "" : "s")});
    }
    if (has_channel_zero_points(partitioning.description)) {
        plan.traits.emplace_back("graph_channel_zero_points");
    }
    plan.materialized = materialized_tensors(value.graph, partitioning);
    return plan;
}

}  // namespace difftest::backends::onednn
