#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/native_types.hpp"
#include "backends/onednn/partition_primitive.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;

/// Data in its own type where the library stores another, which releases before 3 do not.
ImplementationName add_prelu(Program& program, const PlannedPartition& partition) {
    const graph::Graph& graph = program.graph();
    const graph::TensorId slope = graph::input_at(graph.node(partition.nodes.front()), "slope");
    const graph::Tensor& source = graph.tensor(partition.source);
    const graph::Tensor& output = graph.tensor(partition.output);
    const memory::dims extents = dimensions(output.shape);
    const Program::Operand slopes = program.operand(slope, extents.size());
    struct Created {
        TypePair types;
        dnnl::primitive_desc descriptor;
    };
    const auto [types, descriptor] = first_implemented(candidate_types({source.type, output.type}), [&](TypePair pair) {
        return Created{pair, program.choose([&] {
                           return api::prelu(program.engine(), plain_layout(extents, pair.source),
                                             any_layout(slopes.memory.get_desc().dims(), slopes.type),
                                             plain_layout(extents, pair.destination));
                       })};
    });
    const memory data = types.source == source.type
                            ? program.plain_memory(partition.source, extents)
                            : program.repeated_as_f32(partition.source, output.shape, extents.size());
    const memory stored = program.plain_memory(partition.output, extents);
    const memory direct =
        types.destination == output.type ? stored : program.new_memory(plain_layout(extents, types.destination));
    const memory::desc chosen = descriptor.query_md(dnnl::query::exec_arg_md, DNNL_ARG_WEIGHTS);
    program.add(Phase::execute, descriptor,
                {{DNNL_ARG_SRC, data},
                 {DNNL_ARG_WEIGHTS, program.as_layout(slopes.phase, slopes.memory, chosen)},
                 {DNNL_ARG_DST, direct}});
    program.add_store(direct, stored);
    return descriptor.impl_info_str();
}

}  // namespace difftest::backends::onednn
