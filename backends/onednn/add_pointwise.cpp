#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"
#include "backends/onednn/pointwise_primitives.hpp"
#include "backends/onednn/scaled_reorder.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;

namespace {

/// The source in the output's shape: repeated by our own loop where the library would have to, which also converts the
/// half types that old releases cannot reorder.
FlowingSource source_of(Program& program, const PlannedPartition& partition, const memory::dims& extents) {
    const graph::TensorId source = partition.source;
    const graph::Tensor& tensor = program.graph().tensor(source);
    const graph::Tensor& output = program.graph().tensor(partition.output);
    const bool half = tensor.type == graph::DataType::f16 || tensor.type == graph::DataType::bf16;
    const bool repeated = tensor.shape != output.shape;
    FlowingSource result;
    result.type = tensor.type;
    if (!repeated) {
        result.own = program.plain_memory(source, extents);
    }
    result.as_f32 = [&program, source, extents, by_loop = half || repeated, shape = output.shape] {
        if (by_loop) {
            return program.repeated_as_f32(source, shape, extents.size());
        }
        return program.as_layout(program.phase_of(source), program.plain_memory(source, extents),
                                 plain_layout(extents, graph::DataType::f32));
    };
    return result;
}

}  // namespace

ImplementationName add_pointwise(Program& program, const PlannedPartition& partition) {
    if (wants_scaled_reorder(program.graph(), partition, program.options())) {
        try {
            return add_scaled_reorder(program, partition);
        } catch (const Unsupported& refusal) {
            program.declined(Deviation::scaled_reorder, refusal.what());
        } catch (const dnnl::error& failure) {
            if (failure.status != dnnl_unimplemented && failure.status != dnnl_invalid_arguments) {
                throw;
            }
            program.declined(Deviation::scaled_reorder, failure.what());
        }
    }
    const memory::dims extents = dimensions(program.graph().tensor(partition.output).shape);
    if (partition.steps.empty()) {
        return program.add_copy(Phase::execute, program.plain_memory(partition.source, extents),
                                program.plain_memory(partition.output, extents));
    }
    return add_pointwise_primitives(program, primitives_of(program.graph(), partition),
                                    source_of(program, partition, extents), partition.output);
}

}  // namespace difftest::backends::onednn
