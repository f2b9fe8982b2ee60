#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"

#include <fmt/format.h>

namespace difftest::backends::onednn {

using dnnl::memory;

ImplementationName add_select(Program& program, const PlannedPartition& partition) {
    const graph::Graph& graph = program.graph();
    const graph::Node& node = graph.node(partition.nodes.front());
    const graph::TensorId condition = graph::input_at(node, "condition");
    const graph::TensorId a = graph::input_at(node, "a");
    const graph::TensorId b = graph::input_at(node, "b");
    const graph::Tensor& output = graph.tensor(partition.output);
    if (graph::size_of(graph.tensor(condition).type) != 1) {
        throw Unsupported(fmt::format("'{}': the library selects by an s8 condition only", node.name));
    }
    const memory::dims extents = dimensions(output.shape);
    const auto own = [&](graph::TensorId tensor) {
        return program.plain_memory(tensor, dimensions(graph.tensor(tensor).shape, extents.size()));
    };
    // A u8 is 0 exactly where it is 0 as an s8.
    const memory selector = program.view(
        condition, plain_layout(dimensions(graph.tensor(condition).shape, extents.size()), graph::DataType::s8));
    const memory stored = program.plain_memory(partition.output, extents);
    const dnnl::primitive_desc descriptor = program.choose([&](Layouts /*which*/) {
        return api::select(program.engine(), own(a).get_desc(), own(b).get_desc(), selector.get_desc(),
                           stored.get_desc());
    });
    program.add(
        Phase::execute, descriptor,
        {{DNNL_ARG_SRC_0, own(a)}, {DNNL_ARG_SRC_1, own(b)}, {DNNL_ARG_SRC_2, selector}, {DNNL_ARG_DST, stored}});
    return descriptor.impl_info_str();
}

}  // namespace difftest::backends::onednn
