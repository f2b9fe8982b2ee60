#include "backends/onednn/affine_steps.hpp"
#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/pointwise_primitives.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;

namespace {

/// data + scale * previous: the library's sum.
ImplementationName add_sum_primitive(Program& program, const PlannedPartition& partition, const SumStep& sum) {
    const graph::Tensor& data = program.graph().tensor(partition.source);
    const graph::Tensor& output = program.graph().tensor(partition.output);
    const memory::dims extents = dimensions(output.shape);
    const memory sources[] = {program.view(partition.source, plain_layout(extents, data.type)),
                              program.view(sum.previous, plain_layout(extents, sum.type))};
    const dnnl::primitive_desc_base descriptor =
        api::sum(program.engine(), {1.0F, sum.scale}, {sources[0].get_desc(), sources[1].get_desc()},
                 plain_layout(extents, output.type));
    program.add(Phase::execute, descriptor,
                {{DNNL_ARG_MULTIPLE_SRC, sources[0]},
                 {DNNL_ARG_MULTIPLE_SRC + 1, sources[1]},
                 {DNNL_ARG_DST, program.plain_memory(partition.output, extents)}});
    return descriptor.impl_info_str();
}

/// ((previous - zero point) * scale) + data: the library's sum has no zero point, its binary primitive has post-ops.
ImplementationName add_as_binary(Program& program, const PlannedPartition& partition, const SumStep& sum) {
    const memory::dims extents = dimensions(program.graph().tensor(partition.output).shape);
    const memory previous = program.view(sum.previous, plain_layout(extents, sum.type));
    const Steps steps{
        BinaryStep{graph::BinaryAlgorithm::subtract, f32_scalar(static_cast<float>(sum.zero_point))},
        EltwiseStep{graph::EltwiseAlgorithm::linear, sum.scale, 0.0F},
        BinaryStep{graph::BinaryAlgorithm::add, partition.source},
    };
    const PrimitiveSteps primitives[] = {{&steps.front(), std::span(steps).subspan(1)}};
    const FlowingSource source{previous, sum.type, [&program, previous, extents, tensor = sum.previous] {
                                   return program.as_layout(program.phase_of(tensor), previous,
                                                            plain_layout(extents, graph::DataType::f32));
                               }};
    return add_pointwise_primitives(program, primitives, source, partition.output);
}

}  // namespace

ImplementationName add_sum(Program& program, const PlannedPartition& partition) {
    const SumStep sum = sum_step(program.graph(), program.graph().node(partition.nodes.front()));
    return sum.zero_point == 0 ? add_sum_primitive(program, partition, sum) : add_as_binary(program, partition, sum);
}

}  // namespace difftest::backends::onednn
