#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace difftest::harness {

struct TensorAxis {
    graph::TensorId tensor = graph::kAbsent;
    std::size_t axis = 0;
    friend bool operator==(const TensorAxis&, const TensorAxis&) = default;
};

/// Axes that can only change their size together: the channels of a tensor and its parameters per channel, the channels
/// of the data and of the weights that read them, the batch all along the graph. Axes of size 1 are tied to nothing.
class AxisClasses {
public:
    explicit AxisClasses(const graph::Graph& graph);

    /// Classes with an input or constant among them and a size above 1; the members of each in order of their tensors.
    std::vector<std::vector<TensorAxis>> resizable() const;

    /// The class of an axis.
    std::vector<TensorAxis> members(TensorAxis axis) const;

private:
    std::size_t index(TensorAxis axis) const;
    std::size_t root(std::size_t index) const;
    void tie(TensorAxis a, TensorAxis b);
    void tie_node(const graph::Node& node);
    void tie_elementwise(const graph::Node& node);
    void tie_window(const graph::Node& node, std::int64_t groups);
    void tie_products(const graph::Node& node);
    void tie_vector(graph::TensorId vector, TensorAxis with);

    const graph::Graph& graph_;
    std::vector<std::size_t> first_;  ///< index of the first axis of each tensor
    std::vector<TensorAxis> axes_;
    std::vector<std::size_t> parent_;
};

/// Keeps only the given indices of every axis of a class, and adapts the groups of depthwise convolutions among it.
/// Nothing when the result is no valid case.
std::optional<graph::Case> keep_indices(const graph::Case& value, std::span<const TensorAxis> members,
                                        std::span<const std::int64_t> indices);

/// True for a convolution or deconvolution with one channel in and one out in each of several groups.
bool is_depthwise(const graph::Graph& graph, const graph::Node& node);

}  // namespace difftest::harness
