#include "backends/onednn/contraction_layout.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"
#include "backends/onednn/post_op_chain.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;
using graph::Node;
using graph::TensorId;

namespace {

/// The slots of every contraction, in their order (is_contraction).
enum Slot : std::size_t { kSource, kWeights, kBias, kSourceZeroPoint, kWeightsZeroPoint };

/// Zero points of an operand: announced in the attributes, given at the execution.
void add_zero_points(Program& program, TensorId tensor, int argument, int channel_mask,
                     dnnl::primitive_attr& attributes, Arguments& arguments) {
    if (tensor == graph::kAbsent) {
        return;
    }
    const std::int64_t count = graph::element_count(program.graph().tensor(tensor).shape).value();
    api::set_zero_points(attributes, argument, count > 1 ? channel_mask : 0);
    arguments[DNNL_ARG_ATTR_ZERO_POINTS | argument] = program.plain_memory(tensor, {count});
}

api::Candidates create(const Program& program, const Node& node, const api::ContractionDescription& description,
                       const dnnl::primitive_attr& attributes) {
    if (std::holds_alternative<graph::Matmul>(node.operation)) {
        return api::matmul(program.engine(), description, attributes);
    }
    if (std::holds_alternative<graph::InnerProduct>(node.operation)) {
        return api::inner_product(program.engine(), description, attributes);
    }
    const bool transposed = std::holds_alternative<graph::Deconvolution>(node.operation);
    const api::Geometry geometry = geometry_of(node);
    return transposed ? api::deconvolution(program.engine(), description, geometry, attributes)
                      : api::convolution(program.engine(), description, geometry, attributes);
}

}  // namespace

ImplementationName add_contraction(Program& program, const PlannedPartition& partition) {
    const graph::Graph& graph = program.graph();
    const Node& node = graph.node(partition.nodes.front());
    const graph::Tensor& output = graph.tensor(partition.output);
    const ContractionLayout layout = contraction_layout(graph, node);
    const PostOpChain chain(program, partition.steps, output);

    Arguments arguments;
    dnnl::primitive_attr attributes = chain.attributes();
    add_zero_points(program, node.inputs[kSourceZeroPoint], DNNL_ARG_SRC, layout.source_channel_mask, attributes,
                    arguments);
    add_zero_points(program, node.inputs[kWeightsZeroPoint], DNNL_ARG_WEIGHTS, layout.weights_channel_mask, attributes,
                    arguments);
    const api::ContractionDescription description{layout.requested_source, layout.requested_weights, layout.bias,
                                                  any_layout(layout.destination, output.type)};
    const dnnl::primitive_desc descriptor =
        program.choose([&] { return create(program, node, description, attributes); });

    const auto chosen = [&](int argument) { return descriptor.query_md(dnnl::query::exec_arg_md, argument); };
    const auto operand = [&](Slot slot, const memory::desc& own, int argument) {
        const TensorId tensor = node.inputs[slot];
        return program.as_layout(program.phase_of(tensor), program.view(tensor, own), chosen(argument));
    };
    arguments[DNNL_ARG_SRC] = operand(kSource, layout.source, DNNL_ARG_SRC);
    arguments[DNNL_ARG_WEIGHTS] = operand(kWeights, layout.weights, DNNL_ARG_WEIGHTS);
    if (layout.bias) {
        arguments[DNNL_ARG_BIAS] = program.view(node.inputs[kBias], *layout.bias);
    }
    return add_with_store(program, descriptor, chain, partition.output, std::move(arguments));
}

}  // namespace difftest::backends::onednn
