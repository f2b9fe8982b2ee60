#pragma once

#include "reference/oracle/oracle.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace difftest::oracle {

/// Where an f32 operation that reads an s32 tensor sees more than the rounding of the integer: an accumulator whose
/// bias or compensation some backends add in f32 (freedoms F5 and F9). By element index.
using RealView = std::unordered_map<std::int64_t, AllowedSet>;

/// What the evaluation of a node sees: the case, what is granted, which rules are broken, and the sets so far.
struct Context {
    const graph::Case& value;
    const contract::Contract& contract;
    const Rules& rules;
    std::vector<AllowedTensor>& tensors;
    std::vector<RealView>& real_views;
    Metrics& metrics;

    const graph::Graph& graph() const { return value.graph; }
    const graph::Node& node(graph::NodeId id) const { return value.graph.node(id); }
    const graph::Tensor& tensor(graph::TensorId id) const { return value.graph.tensor(id); }
    const AllowedTensor& set_of(graph::TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
    bool grants(contract::Freedom freedom) const { return contract.grants(freedom); }
    bool broken(Deviation deviation, graph::NodeId id) const { return rules.broken(deviation, id); }

    /// Adds a line to the notes of the metrics unless it is there already.
    void note(const std::string& line) const;
};

/// True when the value of the node is computed in the middle of a chain: something reads it and it is no graph output.
bool is_mid_chain(const graph::Graph& graph, graph::NodeId id);

/// The node that produces the tensor, when nothing else reads it and it is no graph output: only then may a backend
/// contract or fold the two. -1 otherwise.
graph::NodeId foldable_producer(const graph::Graph& graph, graph::TensorId id);

struct ProductFactors {
    graph::TensorId a;
    graph::TensorId b;
};

/// The factors of the tensor when a multiplication produces it for nothing but its one reader.
std::optional<ProductFactors> product_factors_of(const Context& context, graph::TensorId id);

/// Convolution, deconvolution, inner product and matmul.
AllowedTensor evaluate_contraction(const Context& context, graph::NodeId id, RealView& real_view);
AllowedTensor evaluate_eltwise(const Context& context, graph::NodeId id);
AllowedTensor evaluate_select(const Context& context, graph::NodeId id);
AllowedTensor evaluate_prelu(const Context& context, graph::NodeId id);
AllowedTensor evaluate_sum(const Context& context, graph::NodeId id);
AllowedTensor evaluate_binary(const Context& context, graph::NodeId id);
AllowedTensor evaluate_fake_quantize(const Context& context, graph::NodeId id);

/// As evaluate_fake_quantize, of other data than the node's own input (the fault that exchanges two operations).
AllowedTensor evaluate_fake_quantize_of(const Context& context, graph::NodeId id, const AllowedTensor& data);

AllowedTensor evaluate_quantize(const Context& context, graph::NodeId id);
AllowedTensor evaluate_dequantize(const Context& context, graph::NodeId id);
AllowedTensor evaluate_requantize(const Context& context, graph::NodeId id);
AllowedTensor evaluate_convert(const Context& context, graph::NodeId id);
AllowedTensor evaluate_pooling(const Context& context, graph::NodeId id);
AllowedTensor evaluate_reduction(const Context& context, graph::NodeId id);
AllowedTensor evaluate_resampling(const Context& context, graph::NodeId id, RealView& real_view);
AllowedTensor evaluate_softmax(const Context& context, graph::NodeId id);
AllowedTensor evaluate_requantize_fixed_point(const Context& context, graph::NodeId id);
AllowedTensor evaluate_shift_round(const Context& context, graph::NodeId id);
AllowedTensor evaluate_movement(const Context& context, graph::NodeId id, RealView& real_view);

}  // namespace difftest::oracle
