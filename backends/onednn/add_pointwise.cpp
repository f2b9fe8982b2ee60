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

ImplementationName add_eltwise(Program& program, const PrimitiveSteps& steps, const memory& source,
                               const memory& destination, std::size_t rank) {
    const auto& head = std::get<EltwiseStep>(*steps.head);
    const memory::desc layout = source.get_desc();
    const PostOpChain chain(program, steps.post_ops, rank);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(chain.post_ops());
    const dnnl::primitive_desc descriptor = program.choose([&] {
        return api::eltwise(program.engine(), to_library(head.algorithm), layout, head.alpha, head.beta, attributes);
    });
    Arguments arguments{{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, destination}};
    chain.bind(program, descriptor, arguments);
    program.add(Phase::execute, descriptor, std::move(arguments));
    return descriptor.impl_info_str();
}

ImplementationName add_binary(Program& program, const PrimitiveSteps& steps, const memory& source,
                              const memory& destination, std::size_t rank) {
    const auto& head = std::get<BinaryStep>(*steps.head);
    const Program::Operand second = program.operand(head.operand, rank);
    const PostOpChain chain(program, steps.post_ops, rank);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(chain.post_ops());
    const dnnl::primitive_desc descriptor = program.choose([&] {
        return api::binary(program.engine(), to_library(head.algorithm), source.get_desc(), second.memory.get_desc(),
                           destination.get_desc(), attributes);
    });
    Arguments arguments{{DNNL_ARG_SRC_0, source}, {DNNL_ARG_SRC_1, second.memory}, {DNNL_ARG_DST, destination}};
    chain.bind(program, descriptor, arguments);
    program.add(Phase::execute, descriptor, std::move(arguments));
    return descriptor.impl_info_str();
}

/// What the first primitive reads: a binary primitive takes 8-bit sources as they are.
memory first_source(Program& program, const PlannedPartition& partition, const memory::dims& shape) {
    const graph::Tensor& source = program.graph().tensor(partition.source);
    const bool native = std::holds_alternative<BinaryStep>(partition.steps.front()) && is_binary_type(source.type) &&
                        source.shape == program.graph().tensor(partition.output).shape;
    return native ? program.plain_memory(partition.source, shape) : source_as_f32(program, partition, shape);
}

}  // namespace

ImplementationName add_pointwise(Program& program, const PlannedPartition& partition) {
    const graph::Tensor& result = program.graph().tensor(partition.output);
    const memory::dims shape = dimensions(result.shape);
    if (partition.steps.empty()) {
        return add_reorder(program, partition, shape);
    }
    const memory output = program.plain_memory(partition.output, shape);
    memory flowing = first_source(program, partition, shape);
    ImplementationName names;
    const std::vector<PrimitiveSteps> primitives = primitives_of(program.graph(), partition);
    for (const PrimitiveSteps& steps : primitives) {
        const bool is_eltwise = std::holds_alternative<EltwiseStep>(*steps.head);
        const bool is_last = &steps == &primitives.back();
        const bool stores_type = is_eltwise ? result.type == graph::DataType::f32 : is_binary_type(result.type);
        const memory destination =
            is_last && stores_type ? output : program.new_memory(plain_layout(shape, graph::DataType::f32));
        const ImplementationName name = is_eltwise ? add_eltwise(program, steps, flowing, destination, shape.size())
                                                   : add_binary(program, steps, flowing, destination, shape.size());
        names += (names.empty() ? "" : ", ") + name;
        flowing = destination;
    }
    program.add_store(flowing, output);
    return names;
}

}  // namespace difftest::backends::onednn
