#include "reference/oracle/oracle.hpp"

#include "reference/graph/half.hpp"
#include "reference/oracle/affine_folding.hpp"
#include "reference/oracle/broken_node.hpp"
#include "reference/oracle/context.hpp"
#include "reference/oracle/correlation.hpp"
#include "reference/oracle/elementwise.hpp"
#include "reference/oracle/integer_rewriting.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

namespace difftest::oracle {
namespace {

/// The elements of a type whose values a double holds as they are.
template <class Element>
void widen(std::span<const std::byte> bytes, std::vector<double>& points) {
    for (std::size_t i = 0; i < points.size(); ++i) {
        Element element;
        std::memcpy(&element, bytes.data() + i * sizeof element, sizeof element);
        points[i] = element;
    }
}

AllowedTensor points_of(const graph::TensorData& data) {
    std::vector<double> points(static_cast<std::size_t>(data.size()));
    switch (data.type()) {
        case graph::DataType::s8: widen<std::int8_t>(data.bytes(), points); break;
        case graph::DataType::u8: widen<std::uint8_t>(data.bytes(), points); break;
        case graph::DataType::s32: widen<std::int32_t>(data.bytes(), points); break;
        case graph::DataType::f32: widen<float>(data.bytes(), points); break;
        default:
            for (std::size_t i = 0; i < points.size(); ++i) {
                points[i] = data.at(static_cast<std::int64_t>(i));
            }
    }
    return {data.type(), data.shape(), std::move(points)};
}

/// What a backend produced. A NaN of its own making is as good as any other.
AllowedTensor observed_points(const graph::TensorData& data) {
    AllowedTensor tensor = points_of(data);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (std::isnan(data.at(i))) {
            tensor.set(i, {{}, true, false});
        }
    }
    return tensor;
}

struct Evaluator {
    const Context& context;
    graph::NodeId id;
    RealView& view;

    AllowedTensor operator()(const graph::Convolution& /*op*/) const { return evaluate_contraction(context, id, view); }
    AllowedTensor operator()(const graph::Deconvolution& /*op*/) const {
        return evaluate_contraction(context, id, view);
    }
    AllowedTensor operator()(const graph::Matmul& /*op*/) const { return evaluate_contraction(context, id, view); }
    AllowedTensor operator()(const graph::InnerProduct& /*op*/) const {
        return evaluate_contraction(context, id, view);
    }
    AllowedTensor operator()(const graph::Eltwise& /*op*/) const { return evaluate_eltwise(context, id); }
    AllowedTensor operator()(const graph::Binary& /*op*/) const { return evaluate_binary(context, id); }
    AllowedTensor operator()(const graph::Select& /*op*/) const { return evaluate_select(context, id); }
    AllowedTensor operator()(const graph::Prelu& /*op*/) const { return evaluate_prelu(context, id); }
    AllowedTensor operator()(const graph::Sum& /*op*/) const { return evaluate_sum(context, id); }
    AllowedTensor operator()(const graph::FakeQuantize& /*op*/) const { return evaluate_fake_quantize(context, id); }
    AllowedTensor operator()(const graph::Quantize& /*op*/) const { return evaluate_quantize(context, id); }
    AllowedTensor operator()(const graph::Dequantize& /*op*/) const { return evaluate_dequantize(context, id); }
    AllowedTensor operator()(const graph::Requantize& /*op*/) const { return evaluate_requantize(context, id); }
    AllowedTensor operator()(const graph::Convert& /*op*/) const { return evaluate_convert(context, id); }
    AllowedTensor operator()(const graph::RequantizeFixedPoint& /*op*/) const {
        return evaluate_requantize_fixed_point(context, id);
    }
    AllowedTensor operator()(const graph::ShiftRound& /*op*/) const { return evaluate_shift_round(context, id); }
    AllowedTensor operator()(const graph::Pooling& /*op*/) const { return evaluate_pooling(context, id); }
    AllowedTensor operator()(const graph::Reduction& /*op*/) const { return evaluate_reduction(context, id); }
    AllowedTensor operator()(const graph::Softmax& /*op*/) const { return evaluate_softmax(context, id); }
    AllowedTensor operator()(const graph::Resampling& /*op*/) const { return evaluate_resampling(context, id, view); }
    AllowedTensor operator()(const graph::Permute& /*op*/) const { return evaluate_movement(context, id, view); }
    AllowedTensor operator()(const graph::Reshape& /*op*/) const { return evaluate_movement(context, id, view); }
    AllowedTensor operator()(const graph::Slice& /*op*/) const { return evaluate_movement(context, id, view); }
    AllowedTensor operator()(const graph::Concat& /*op*/) const { return evaluate_movement(context, id, view); }
    AllowedTensor operator()(const graph::Reorder& /*op*/) const { return evaluate_movement(context, id, view); }
};

/// F12: a value between fused operations may have been kept in f16.
struct HalfIntermediateOp {
    int variants() const { return 2; }
    Interval operator()(int variant, const std::array<double, 1>& arguments) const {
        const double x = arguments[0];
        const double y = variant == 0 ? x : graph::from_f16(graph::to_f16(static_cast<float>(x)));
        return {y, y};
    }
};

AllowedTensor evaluate_node(const Context& context, graph::NodeId id) {
    using contract::Freedom;
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    AllowedTensor result =
        std::visit(Evaluator{context, id, context.real_views[static_cast<std::size_t>(node.output)]}, node.operation);
    if (context.grants(Freedom::affine_folding)) {
        add_folded_affine(context, id, result);
    }
    if (context.grants(Freedom::integer_rewriting) && std::holds_alternative<graph::Quantize>(node.operation)) {
        add_integer_rewriting(context, id, result, evaluate_node);
    }
    if (context.grants(Freedom::half_intermediates) && output.type == graph::DataType::f32 &&
        is_mid_chain(context.graph(), id)) {
        const Argument self{&result, nullptr, graph::row_major_strides(output.shape)};
        result = evaluate_elementwise<1>(context, output.type, output.shape, {self}, HalfIntermediateOp{});
    }
    return result;
}

AllowedTensor evaluate_under_rules(const Context& context, graph::NodeId id) {
    return context.rules.any_broken_at(id) ? evaluate_broken(context, id, evaluate_node) : evaluate_node(context, id);
}

void measure_outputs(const graph::Graph& graph, Evaluation& evaluation) {
    Metrics& metrics = evaluation.metrics;
    for (const graph::TensorId id : graph.outputs) {
        const AllowedTensor& tensor = evaluation.of(id);
        const std::vector<std::int64_t> wide = tensor.wide_indices();
        metrics.elements += tensor.size();
        metrics.singletons += tensor.size() - static_cast<std::int64_t>(wide.size());
        for (const std::int64_t index : wide) {
            const AllowedSet set = tensor.at(index);
            metrics.unconstrained += set.unconstrained ? 1 : 0;
            double members = 0;
            for (const Interval& part : set.intervals) {
                members += graph::is_integer(tensor.type()) ? part.hi - part.lo + 1 : 1;
            }
            metrics.largest_set = std::max(metrics.largest_set, static_cast<std::int64_t>(std::min(members, 0x1p40)));
        }
    }
}

/// Evaluates the nodes in order. What was observed of a tensor takes the place of its set for its readers; the sets are
/// put back at the end.
Evaluation evaluate_nodes(const graph::Case& value, const contract::Contract& contract, const Rules& rules,
                          const Observations& observed) {
    Evaluation evaluation;
    const graph::Graph& graph = value.graph;
    evaluation.tensors.resize(graph.tensors.size());
    std::vector<RealView> real_views(graph.tensors.size());
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        if (graph.tensors[i].role != graph::TensorRole::intermediate) {
            evaluation.tensors[i] = points_of(value.data[i]);
        }
    }
    const Context context{value, contract, rules, evaluation.tensors, real_views, evaluation.metrics};
    std::vector<std::pair<std::size_t, AllowedTensor>> resynchronised;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const auto id = static_cast<graph::NodeId>(i);
        AllowedTensor result = evaluate_under_rules(context, id);
        refine_by_correlation(context, id, result, evaluate_under_rules);
        const auto output = static_cast<std::size_t>(graph.nodes[i].output);
        if (const auto seen = observed.find(graph.nodes[i].output); seen != observed.end()) {
            resynchronised.emplace_back(output, std::exchange(result, observed_points(seen->second)));
            real_views[output].clear();
        }
        evaluation.tensors[output] = std::move(result);
    }
    for (auto& [tensor, set] : resynchronised) {
        evaluation.tensors[tensor] = std::move(set);
    }
    measure_outputs(graph, evaluation);
    return evaluation;
}

}  // namespace

void Context::note(const std::string& line) const {
    if (std::find(metrics.notes.begin(), metrics.notes.end(), line) == metrics.notes.end()) {
        metrics.notes.push_back(line);
    }
}

bool is_mid_chain(const graph::Graph& graph, graph::NodeId id) {
    const graph::TensorId output = graph.node(id).output;
    return !graph.is_output(output) && !graph.consumers_of(output).empty();
}

graph::NodeId foldable_producer(const graph::Graph& graph, graph::TensorId id) {
    if (graph.is_output(id) || graph.consumers_of(id).size() != 1) {
        return -1;
    }
    return graph.tensor(id).producer;
}

Evaluation evaluate(const graph::Case& value, const contract::Contract& contract, const Rules& rules) {
    return evaluate_nodes(value, contract, rules, {});
}

Evaluation evaluate_resynchronised(const graph::Case& value, const contract::Contract& contract,
                                   const Observations& observed) {
    graph::Case materialized = value;
    for (const auto& [id, values] : observed) {
        if (!materialized.graph.is_output(id)) {
            materialized.graph.outputs.push_back(id);
        }
    }
    return evaluate_nodes(materialized, contract, {}, observed);
}

}  // namespace difftest::oracle
