#include "harness/reduce/passes.hpp"
#include "harness/reduce/settle.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::kAbsent;
using graph::TensorId;

/// Whether an axis can be taken out of the operation by taking it out of its tensors and its attributes per axis.
bool keeps_axes(const graph::Operation& operation) {
    return graph::is_elementwise(operation) || std::holds_alternative<graph::Convolution>(operation) ||
           std::holds_alternative<graph::Deconvolution>(operation) ||
           std::holds_alternative<graph::Pooling>(operation) || std::holds_alternative<graph::Reorder>(operation);
}

/// Vectors with one value for each channel: their axis is no spatial one, whatever its place.
std::vector<bool> channel_vectors(const graph::Graph& graph) {
    std::vector<bool> result(graph.tensors.size(), false);
    for (const graph::Node& node : graph.nodes) {
        for (std::size_t slot = 2; graph::is_contraction(node.operation) && slot < node.inputs.size(); ++slot) {
            if (node.inputs[slot] != kAbsent) {
                result[static_cast<std::size_t>(node.inputs[slot])] = true;
            }
        }
    }
    return result;
}

void drop_attributes(graph::Operation& operation, std::size_t d) {
    const auto drop = [d](std::vector<std::int64_t>& values) {
        values.erase(values.begin() + static_cast<std::ptrdiff_t>(d));
    };
    if (auto* pooling = std::get_if<graph::Pooling>(&operation)) {
        drop(pooling->kernel);
    }
    std::visit(
        [&drop](auto& op) {
            if constexpr (requires { op.pads_begin; }) {
                drop(op.strides);
                drop(op.dilations);
                drop(op.pads_begin);
                drop(op.pads_end);
            }
            if constexpr (requires { op.output_padding; }) {
                drop(op.output_padding);
            }
        },
        operation);
}

/// Takes out the axis that stands `back` places before the end.
std::optional<Case> without_axis(const Case& value, std::size_t rank, std::size_t back) {
    const std::vector<bool> exempt = channel_vectors(value.graph);
    Case result = value;
    for (std::size_t i = 0; i < result.graph.tensors.size(); ++i) {
        graph::Tensor& tensor = result.graph.tensors[i];
        if (exempt[i] || tensor.shape.size() < back) {
            continue;
        }
        const auto axis = tensor.shape.end() - static_cast<std::ptrdiff_t>(back);
        if (*axis != 1) {
            return std::nullopt;
        }
        tensor.shape.erase(axis);
        if (!is_leaf(value.graph, static_cast<TensorId>(i))) {
            continue;
        }
        graph::TensorData data(tensor.type, tensor.shape);
        std::copy(value.data[i].bytes().begin(), value.data[i].bytes().end(), data.bytes().begin());
        result.data[i] = std::move(data);
    }
    for (graph::Node& node : result.graph.nodes) {
        drop_attributes(node.operation, rank - back - 2);
    }
    return settle(result);
}

class RankPass : public Pass {
public:
    std::string_view name() const override { return "rank"; }

    std::vector<Opportunity> opportunities(const Case& value, const PassContext& /*context*/) const override {
        std::vector<Opportunity> result;
        std::size_t rank = 0;
        for (const graph::Node& node : value.graph.nodes) {
            const std::size_t own = value.graph.tensor(node.output).shape.size();
            if (!keeps_axes(node.operation) || (rank != 0 && own != rank)) {
                return result;
            }
            rank = own;
        }
        for (std::size_t back = 1; back + 3 <= rank; ++back) {
            result.push_back({fmt::format("axis {}", rank - back),
                              [&value, rank, back] { return without_axis(value, rank, back); }});
        }
        return result;
    }
};

}  // namespace

std::unique_ptr<Pass> make_rank_pass() {
    return std::make_unique<RankPass>();
}

}  // namespace difftest::harness
