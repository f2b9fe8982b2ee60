#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"
#include "backends/onednn/post_op_chain.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;

namespace {

bool is_binary_type(graph::DataType type) {
    return type == graph::DataType::f32 || type == graph::DataType::s8 || type == graph::DataType::u8;
}

/// The source as f32 in the output's shape: through a library reorder, or our own loop for what it cannot do.
memory source_as_f32(Program& program, const PlannedPartition& partition, const memory::dims& shape) {
    const graph::Tensor& source = program.graph().tensor(partition.source);
    const graph::Tensor& output = program.graph().tensor(partition.output);
    const bool half = source.type == graph::DataType::f16 || source.type == graph::DataType::bf16;
    if (half || source.shape != output.shape) {
        return program.repeated_as_f32(partition.source, output.shape, shape.size());
    }
    return program.as_layout(program.phase_of(partition.source), program.plain_memory(partition.source, shape),
                             plain_layout(shape, graph::DataType::f32));
}

ImplementationName add_reorder(Program& program, const PlannedPartition& partition, const memory::dims& shape) {
    const memory from = program.plain_memory(partition.source, shape);
    const memory to = program.plain_memory(partition.output, shape);
    const dnnl::reorder::primitive_desc descriptor(program.engine(), from.get_desc(), program.engine(), to.get_desc());
    program.add(Phase::execute, descriptor, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    return descriptor.impl_info_str();
}

ImplementationName add_eltwise(Program& program, const PlannedPartition& partition, const EltwiseStep& head,
                               const memory::dims& shape) {
    const memory::desc f32 = plain_layout(shape, graph::DataType::f32);
    const PostOpChain chain(program, std::span<const Step>(partition.steps).subspan(1), shape.size());
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(chain.post_ops());
    const dnnl::primitive_desc descriptor =
        api::eltwise(program.engine(), to_library(head.algorithm), f32, head.alpha, head.beta, attributes);
    const memory output = program.plain_memory(partition.output, shape);
    const memory direct = output.get_desc() == f32 ? output : program.new_memory(f32);
    Arguments arguments{{DNNL_ARG_SRC, source_as_f32(program, partition, shape)}, {DNNL_ARG_DST, direct}};
    chain.bind(program, descriptor, arguments);
    program.add(Phase::execute, descriptor, std::move(arguments));
    program.add_store(direct, output);
    return descriptor.impl_info_str();
}

ImplementationName add_binary(Program& program, const PlannedPartition& partition, const BinaryStep& head,
                              const memory::dims& shape) {
    const graph::Tensor& source = program.graph().tensor(partition.source);
    const graph::Tensor& output = program.graph().tensor(partition.output);
    const bool native = is_binary_type(source.type) && source.shape == output.shape;
    const memory first =
        native ? program.plain_memory(partition.source, shape) : source_as_f32(program, partition, shape);
    const Program::Operand second = program.operand(head.operand, shape.size());
    const PostOpChain chain(program, std::span<const Step>(partition.steps).subspan(1), shape.size());
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(chain.post_ops());

    const memory plain = program.plain_memory(partition.output, shape);
    const memory direct =
        is_binary_type(output.type) ? plain : program.new_memory(plain_layout(shape, graph::DataType::f32));
    const dnnl::primitive_desc descriptor = api::binary(program.engine(), to_library(head.algorithm), first.get_desc(),
                                                        second.memory.get_desc(), direct.get_desc(), attributes);
    Arguments arguments{{DNNL_ARG_SRC_0, first}, {DNNL_ARG_SRC_1, second.memory}, {DNNL_ARG_DST, direct}};
    chain.bind(program, descriptor, arguments);
    program.add(Phase::execute, descriptor, std::move(arguments));
    program.add_store(direct, plain);
    return descriptor.impl_info_str();
}

}  // namespace

ImplementationName add_pointwise(Program& program, const PlannedPartition& partition) {
    const memory::dims shape = dimensions(program.graph().tensor(partition.output).shape);
    if (partition.steps.empty()) {
        return add_reorder(program, partition, shape);
    }
    if (const auto* eltwise = std::get_if<EltwiseStep>(&partition.steps.front())) {
        return add_eltwise(program, partition, *eltwise, shape);
    }
    return add_binary(program, partition, std::get<BinaryStep>(partition.steps.front()), shape);
}

}  // namespace difftest::backends::onednn
