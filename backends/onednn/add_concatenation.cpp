#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;

ImplementationName add_concatenation(Program& program, const PlannedPartition& partition) {
    const graph::Graph& graph = program.graph();
    const graph::Node& node = graph.node(partition.nodes.front());
    const graph::Tensor& output = graph.tensor(partition.output);
    std::vector<memory::desc> sources;
    Arguments arguments;
    for (const graph::TensorId input : node.inputs) {
        if (input == graph::kAbsent) {
            continue;
        }
        const memory::dims extents = dimensions(graph.tensor(input).shape);
        const memory::desc layout = source_layout(extents, output.type);
        arguments[DNNL_ARG_MULTIPLE_SRC + static_cast<int>(sources.size())] =
            program.as_layout(program.phase_of(input), program.plain_memory(input, extents), layout);
        sources.push_back(layout);
    }
    const memory::dims extents = dimensions(output.shape);
    const auto axis = static_cast<int>(std::get<graph::Concat>(node.operation).axis);
    const dnnl::primitive_desc_base descriptor =
        api::concat(program.engine(), axis, sources, any_layout(extents, output.type));
    const memory plain = program.plain_memory(partition.output, extents);
    const memory::desc chosen = descriptor.query_md(dnnl::query::exec_arg_md, DNNL_ARG_DST);
    const memory direct = chosen == plain.get_desc() ? plain : program.new_memory(chosen);
    arguments[DNNL_ARG_DST] = direct;
    program.add(Phase::execute, descriptor, std::move(arguments));
    program.add_store(direct, plain);
    return descriptor.impl_info_str();
}

}  // namespace difftest::backends::onednn
