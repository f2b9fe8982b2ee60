#include "backends/opencl/generate_kernel.hpp"

#include "backends/opencl/epilogue.hpp"
#include "backends/opencl/heads.hpp"

#include <fmt/format.h>

namespace difftest::backends::opencl {
namespace {

/// Work items in a group unless the plan says otherwise: one number, so that a device compiles a kernel once.
constexpr std::size_t kWorkGroup = 32;

/// Statements that compute and store the element at the coordinates.
std::string element_text(KernelWriter& writer, const PlannedPartition& partition,
                         const std::vector<std::string>& coordinates) {
    const graph::Graph& graph = writer.graph();
    const graph::TensorId output = output_of(graph, partition);
    Epilogue epilogue(writer, graph.tensor(output).shape, coordinates, 1);
    std::string head;
    for (const graph::NodeId id : partition.nodes) {
        const graph::Node& node = graph.node(id);
        if (graph::is_elementwise(node.operation)) {
            epilogue.add(node, id == partition.nodes.back());
        } else {
            head = head_text(writer, node, coordinates, variable(node.output));
            epilogue.has(node.output);
        }
    }
    epilogue.store(output);
    return head + epilogue.text();
}

void set_work_items(Kernel& kernel, const PlanSpecification& specification, std::size_t items) {
    const std::size_t group = specification.work_group == 0 ? kWorkGroup : specification.work_group;
    kernel.local = {group};
    kernel.global = {(items + group - 1) / group * group};
}

}  // namespace

Kernel generate_kernel(const graph::Case& value, const PlanSpecification& specification, const DeviceFeatures& features,
                       const PlannedPartition& partition, const std::string& entry) {
    KernelWriter writer(value, specification, features);
    const graph::TensorId output = output_of(value.graph, partition);
    const graph::Shape& shape = value.graph.tensor(output).shape;
    writer.pointer(output, true);
    const std::string body = element_text(writer, partition, coordinate_names(shape.size(), "c"));
    const std::int64_t items = graph::element_count(shape).value_or(0);

    Kernel kernel;
    kernel.nodes = partition.nodes;
    kernel.entry = entry;
    kernel.implementation = fmt::format("direct:{}", name_of(layout_of(value.graph.tensor(output), specification)));
    kernel.source = fmt::format("__kernel void {}({}) {{\n"
                                "    const int item = (int)get_global_id(0);\n"
                                "    if (item >= {}) return;\n{}{}}}\n",
                                entry, writer.parameters(), items, coordinates_text(shape, "item", "c"), body);
    kernel.arguments = writer.arguments();
    set_work_items(kernel, specification, static_cast<std::size_t>(items));
    return kernel;
}

}  // namespace difftest::backends::opencl
