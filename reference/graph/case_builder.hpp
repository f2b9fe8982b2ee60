#pragma once

#include "reference/graph/case.hpp"

#include <string>
#include <utility>
#include <vector>

namespace difftest::graph {

/// Builds a case step by step, inferring the shapes. Throws std::invalid_argument, naming the node, when a step does
/// not fit. Inputs and constants may be added at any time; the tensors keep the order of their creation.
class CaseBuilder {
public:
    explicit CaseBuilder(std::string name);

    TensorId input(std::string name, TensorData data);
    TensorId constant(std::string name, TensorData data);

    /// A scalar or one-dimensional f32 constant.
    TensorId scalar(std::string name, float value);

    /// An f32 constant that is broadcast along the channel dimension of a tensor of `rank` dimensions: [1, C, 1, ...].
    TensorId per_channel(std::string name, const std::vector<float>& values, std::size_t rank);

    /// Adds a node; its output tensor has the node's name. `inputs` follow slots_of(operation); missing optional slots
    /// at the end may be left out.
    TensorId node(std::string name, Operation operation, std::vector<TensorId> inputs, DataType output);

    CaseBuilder& annotate(std::string key, std::string text);

    /// The finished case. Inputs and constants come first in it, as the case file wants them.
    Case build(const std::vector<TensorId>& outputs) const;

    const Graph& graph() const { return case_.graph; }

private:
    TensorId leaf(std::string name, TensorData data, TensorRole role);

    Case case_;
};

}  // namespace difftest::graph
