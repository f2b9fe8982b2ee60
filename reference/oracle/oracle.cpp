#include "reference/oracle/oracle.hpp"

#include "reference/oracle/context.hpp"
#include "reference/oracle/elementwise.hpp"

#include <algorithm>

namespace difftest::oracle {
namespace {

AllowedTensor points_of(const graph::TensorData& data) {
    AllowedTensor tensor(data.type(), data.shape());
    for (std::int64_t i = 0; i < data.size(); ++i) {
        tensor.set_point(i, data.at(i));
    }
    return tensor;
}

struct Evaluator {
    const Context& context;
    graph::NodeId id;
    RealView& view;

    AllowedTensor operator()(const graph::Convolution& /*op*/) const { return evaluate_convolution(context, id, view); }
    AllowedTensor operator()(const graph::Deconvolution& /*op*/) const {
        return evaluate_deconvolution(context, id, view);
    }
    AllowedTensor operator()(const graph::Eltwise& /*op*/) const { return evaluate_eltwise(context, id); }
    AllowedTensor operator()(const graph::Binary& /*op*/) const { return evaluate_binary(context, id); }
    AllowedTensor operator()(const graph::FakeQuantize& /*op*/) const { return evaluate_fake_quantize(context, id); }
    AllowedTensor operator()(const graph::Quantize& /*op*/) const { return evaluate_quantize(context, id); }
    AllowedTensor operator()(const graph::Dequantize& /*op*/) const { return evaluate_dequantize(context, id); }
    AllowedTensor operator()(const graph::Requantize& /*op*/) const { return evaluate_requantize(context, id); }
    AllowedTensor operator()(const graph::Convert& /*op*/) const { return evaluate_convert(context, id); }
};

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
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const graph::Node& node = graph.nodes[i];
        const auto at = static_cast<std::size_t>(node.output);
        evaluation.tensors[at] =
            std::visit(Evaluator{context, static_cast<graph::NodeId>(i), real_views[at]}, node.operation);
    }
    measure_outputs(graph, evaluation);
    return evaluation;
}

}  // namespace difftest::oracle
