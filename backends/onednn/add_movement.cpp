#include "backends/onednn/blocked_layouts.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"

namespace difftest::backends::onednn {

using dnnl::memory;
using graph::Node;
using graph::Tensor;

namespace {

/// The elements of the source that the result is made of, in the result's order.
struct View {
    memory::dims extents;
    memory::dims strides;
    std::int64_t first = 0;
};

View view_of(const graph::Permute& permute, const Tensor& source) {
    const std::vector<std::int64_t> strides = graph::row_major_strides(source.shape);
    View view;
    for (const std::int64_t dimension : permute.order) {
        view.extents.push_back(source.shape[static_cast<std::size_t>(dimension)]);
        view.strides.push_back(strides[static_cast<std::size_t>(dimension)]);
    }
    return view;
}

View view_of(const graph::Slice& slice, const Tensor& source, const Tensor& output) {
    const std::vector<std::int64_t> strides = graph::row_major_strides(source.shape);
    View view;
    view.extents.assign(output.shape.begin(), output.shape.end());
    for (std::size_t dimension = 0; dimension < strides.size(); ++dimension) {
        view.strides.push_back(strides[dimension] * slice.step[dimension]);
        view.first += strides[dimension] * slice.begin[dimension];
    }
    return view;
}

/// There and back: the copy in between has the layout that the node asks for.
ImplementationName add_reorder(Program& program, const PlannedPartition& partition, graph::Layout layout) {
    const Tensor& source = program.graph().tensor(partition.source);
    const memory::dims extents = dimensions(source.shape);
    const memory in_layout = program.new_memory(memory_layout(layout, extents, source.type));
    const ImplementationName there =
        program.add_copy(Phase::execute, program.plain_memory(partition.source, extents), in_layout);
    const ImplementationName back =
        program.add_copy(Phase::execute, in_layout, program.plain_memory(partition.output, extents));
    return there + ", " + back;
}

}  // namespace

ImplementationName add_movement(Program& program, const PlannedPartition& partition) {
    const graph::Graph& graph = program.graph();
    const Node& node = graph.node(partition.nodes.front());
    const Tensor& source = graph.tensor(partition.source);
    const Tensor& output = graph.tensor(partition.output);
    if (const auto* reorder = std::get_if<graph::Reorder>(&node.operation)) {
        return add_reorder(program, partition, reorder->layout);
    }
    const memory to = program.plain_memory(partition.output, dimensions(output.shape));
    View view{dimensions(output.shape), {}, 0};
    if (const auto* permute = std::get_if<graph::Permute>(&node.operation)) {
        view = view_of(*permute, source);
    } else if (const auto* slice = std::get_if<graph::Slice>(&node.operation)) {
        view = view_of(*slice, source, output);
    }
    // A reshape changes nothing in memory, and what has no dimensions has nothing to move either.
    const memory::desc from =
        view.strides.empty() ? to.get_desc() : memory::desc(view.extents, to_library(source.type), view.strides);
    return program.add_copy(Phase::execute, program.view(partition.source, from, view.first), to);
}

}  // namespace difftest::backends::onednn
