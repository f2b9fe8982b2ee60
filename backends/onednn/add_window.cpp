#include "backends/onednn/contraction_layout.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;

namespace {

dnnl::algorithm to_library(graph::PoolingAlgorithm algorithm) {
    switch (algorithm) {
        case graph::PoolingAlgorithm::maximum: return dnnl::algorithm::pooling_max;
        case graph::PoolingAlgorithm::average_include_padding: return dnnl::algorithm::pooling_avg_include_padding;
        case graph::PoolingAlgorithm::average_exclude_padding: return dnnl::algorithm::pooling_avg_exclude_padding;
    }
    return dnnl::algorithm::undef;
}

dnnl::algorithm to_library(graph::ResamplingAlgorithm algorithm) {
    return algorithm == graph::ResamplingAlgorithm::nearest ? dnnl::algorithm::resampling_nearest
                                                            : dnnl::algorithm::resampling_linear;
}

dnnl::algorithm to_library(graph::ReductionAlgorithm algorithm) {
    switch (algorithm) {
        case graph::ReductionAlgorithm::sum: return dnnl::algorithm::reduction_sum;
        case graph::ReductionAlgorithm::mean: return dnnl::algorithm::reduction_mean;
        case graph::ReductionAlgorithm::maximum: return dnnl::algorithm::reduction_max;
        case graph::ReductionAlgorithm::minimum: return dnnl::algorithm::reduction_min;
    }
    return dnnl::algorithm::undef;
}

/// What one head becomes, given the descriptors of its source and destination.
struct Create {
    const dnnl::engine& engine;
    const memory::desc& source;
    const memory::desc& destination;
    const dnnl::primitive_attr& attributes;

    api::Candidates operator()(const graph::Pooling& op) const {
        const api::Geometry geometry{op.kernel, op.strides, zero_based(op.dilations), op.pads_begin, op.pads_end};
        return api::pooling(engine, to_library(op.algorithm), source, destination, geometry, attributes);
    }
    api::Candidates operator()(const graph::Resampling& op) const {
        return api::resampling(engine, to_library(op.algorithm), source, destination, attributes);
    }
    api::Candidates operator()(const graph::Reduction& op) const {
        return api::reduction(engine, to_library(op.algorithm), source, destination, attributes);
    }
    template <class Op>
    api::Candidates operator()(const Op& /*op*/) const {
        throw BackendError("no primitive over windows");
    }
};

}  // namespace

ImplementationName add_window(Program& program, const PlannedPartition& partition) {
    const graph::Graph& graph = program.graph();
    const graph::Node& node = graph.node(partition.nodes.front());
    const graph::Tensor& source = graph.tensor(partition.source);
    const graph::Tensor& output = graph.tensor(partition.output);
    const PostOpChain chain(program, partition.steps, output);
    const memory::dims source_extents = dimensions(source.shape);
    const memory::desc source_layout = onednn::source_layout(source_extents, source.type);
    const dnnl::primitive_attr attributes = chain.attributes();
    const dnnl::primitive_desc descriptor = program.choose([&](Layouts which) {
        const memory::desc asked_source = program.activation_layout(which, source_layout, source);
        const memory::desc asked_destination =
            program.activation_layout(which, any_layout(dimensions(output.shape), output.type), output);
        return std::visit(Create{program.engine(), asked_source, asked_destination, attributes}, node.operation);
    });
    const memory::desc chosen = descriptor.query_md(dnnl::query::exec_arg_md, DNNL_ARG_SRC);
    Arguments arguments;
    arguments[DNNL_ARG_SRC] = program.as_layout(program.phase_of(partition.source),
                                                program.plain_memory(partition.source, source_extents), chosen);
    return add_with_store(program, descriptor, chain, partition.output, std::move(arguments));
}

}  // namespace difftest::backends::onednn
