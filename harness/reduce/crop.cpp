#include "harness/reduce/crop.hpp"

#include "harness/reduce/required_region.hpp"
#include "harness/reduce/settle.hpp"

#include <algorithm>
#include <numeric>

namespace difftest::harness {
namespace {

using graph::kAbsent;
using graph::TensorId;

void merge(Region& into, const Region& other) {
    if (into.empty()) {
        into = other;
        return;
    }
    for (std::size_t axis = 0; axis < into.size(); ++axis) {
        into[axis].begin = std::min(into[axis].begin, other[axis].begin);
        into[axis].end = std::max(into[axis].end, other[axis].end);
    }
}

graph::TensorData cut(graph::TensorData data, const Region& region) {
    for (std::size_t axis = 0; axis < region.size(); ++axis) {
        if (region[axis].size() == data.shape()[axis]) {
            continue;
        }
        std::vector<std::int64_t> indices(static_cast<std::size_t>(region[axis].size()));
        std::iota(indices.begin(), indices.end(), region[axis].begin);
        data = take(data, axis, indices);
    }
    return data;
}

}  // namespace

Region whole(const graph::Shape& shape) {
    Region region;
    for (const std::int64_t size : shape) {
        region.push_back({0, size});
    }
    return region;
}

std::optional<graph::Case> crop(const graph::Case& value, const Region& region) {
    const graph::Graph& graph = value.graph;
    if (graph.outputs.size() != 1) {
        return std::nullopt;
    }
    std::vector<Region> regions(graph.tensors.size());
    std::vector<bool> reached(graph.tensors.size(), false);
    regions[static_cast<std::size_t>(graph.outputs[0])] = region;
    reached[static_cast<std::size_t>(graph.outputs[0])] = true;
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        const auto needed = required_regions(graph, *node, regions[static_cast<std::size_t>(node->output)]);
        if (!needed) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < node->inputs.size(); ++i) {
            if (node->inputs[i] != kAbsent) {
                merge(regions[static_cast<std::size_t>(node->inputs[i])], (*needed)[i]);
                reached[static_cast<std::size_t>(node->inputs[i])] = true;
            }
        }
    }
    graph::Case result = value;
    for (graph::Node& node : result.graph.nodes) {
        if (!adapt_to_regions(graph, node, regions)) {
            return std::nullopt;
        }
    }
    for (std::size_t i = 0; i < regions.size(); ++i) {
        const auto id = static_cast<TensorId>(i);
        if (is_leaf(graph, id) && reached[i]) {
            set_leaf(result, id, cut(value.data[i], regions[i]));
        }
        if (!is_leaf(graph, id)) {
            graph::Shape& shape = result.graph.tensors[i].shape;
            std::transform(regions[i].begin(), regions[i].end(), shape.begin(),
                           [](auto range) { return range.size(); });
        }
    }
    std::optional<graph::Case> settled = settle(result);
    // The shapes that follow from the cut operands must be those that were asked for.
    if (settled &&
        settled->graph.tensor(settled->graph.outputs[0]).shape != result.graph.tensor(result.graph.outputs[0]).shape) {
        return std::nullopt;
    }
    return settled;
}

}  // namespace difftest::harness
