#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;

ImplementationName add_partition(Program& program, const PlannedPartition& partition) {
    switch (head_kind(program.graph().node(partition.nodes.front()))) {
        case HeadKind::contraction: return add_contraction(program, partition);
        case HeadKind::pooling:
        case HeadKind::resampling:
        case HeadKind::reduction: return add_window(program, partition);
        case HeadKind::pointwise: return add_pointwise(program, partition);
        case HeadKind::softmax: return add_softmax(program, partition);
        case HeadKind::prelu: return add_prelu(program, partition);
        case HeadKind::sum: return add_sum(program, partition);
        case HeadKind::select: return add_select(program, partition);
        case HeadKind::concatenation: return add_concatenation(program, partition);
        case HeadKind::movement: return add_movement(program, partition);
    }
    throw BackendError("a partition without a kind");
}

ImplementationName add_with_store(Program& program, const dnnl::primitive_desc& descriptor, const PostOpChain& chain,
                                  graph::TensorId output, Arguments arguments) {
    const memory plain = program.plain_memory(output, dimensions(program.graph().tensor(output).shape));
    const memory::desc chosen = descriptor.query_md(dnnl::query::exec_arg_md, DNNL_ARG_DST);
    const memory direct = chosen == plain.get_desc() ? plain : program.new_memory(chosen);
    chain.bind(program, descriptor, arguments);
    chain.fill(program, direct);
    arguments[DNNL_ARG_DST] = direct;
    program.add(Phase::execute, descriptor, std::move(arguments));
    program.add_store(direct, plain);
    return descriptor.impl_info_str();
}

}  // namespace difftest::backends::onednn
