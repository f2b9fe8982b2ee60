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
    const memory::dims slope_extents = dimensions(graph.tensor(slope).shape, extents.size());
    const Program::Operand slopes = program.operand(slope, extents.size());
    struct Created {
        TypePair types;
        dnnl::primitive_desc descriptor;
    };
    const auto [types, descriptor] = first_implemented(candidate_types({source.type, output.type}), [&](TypePair pair) {
        return Created{pair, program.choose([&](Layouts which) {
                           const auto layout = [&](graph::DataType type) {
                               return program.activation_layout(which, plain_layout(extents, type), extents, type);
                           };
                           return api::prelu(program.engine(), layout(pair.source),
                                             any_layout(slope_extents, slopes.type), layout(pair.destination));
                       })};
    });
    const auto chosen = [&descriptor = descriptor](int argument) {
        return descriptor.query_md(dnnl::query::exec_arg_md, argument);
    };
    const memory plain = types.source == source.type
                             ? program.plain_memory(partition.source, extents)
                             : program.repeated_as_f32(partition.source, output.shape, extents.size());
    const memory data = program.as_layout(program.phase_of(partition.source), plain, chosen(DNNL_ARG_SRC));
    const memory stored = program.plain_memory(partition.output, extents);
    const memory::desc destination = chosen(DNNL_ARG_DST);
    const memory direct = destination == stored.get_desc() ? stored : program.new_memory(destination);
    program.add(Phase::execute, descriptor,
                {{DNNL_ARG_SRC, data},
                 {DNNL_ARG_WEIGHTS, program.as_layout(slopes.phase, slopes.memory, chosen(DNNL_ARG_WEIGHTS))},
                 {DNNL_ARG_DST, direct}});
    program.add_store(direct, stored);
    return descriptor.impl_info_str();
}

}  // namespace difftest::backends::onednn
