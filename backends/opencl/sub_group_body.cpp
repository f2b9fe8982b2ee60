#include "backends/opencl/sub_group_body.hpp"

#include "backends/opencl/epilogue.hpp"
#include "backends/opencl/heads.hpp"

#include <fmt/format.h>

#include <utility>

namespace difftest::backends::opencl {
namespace {

/// What all lanes do, and what those with a feature do up to the store.
struct Steps {
    std::string together;
    std::string alone;
    std::string variant = "elements";
};

Steps steps_of(KernelWriter& writer, const SubGroupWords& words, const PlannedPartition& partition,
               const std::vector<std::string>& coordinates) {
    const graph::Graph& graph = writer.graph();
    Epilogue epilogue(writer, graph.tensor(output_of(graph, partition)).shape, coordinates, 1);
    Steps steps;
    for (const graph::NodeId id : partition.nodes) {
        const graph::Node& node = graph.node(id);
        if (graph::is_elementwise(node.operation)) {
            epilogue.add(node, id == partition.nodes.back());
            continue;
        }
        const std::string name = variable(node.output);
        if (auto contraction = sub_group_contraction_text(writer, words, node, coordinates, name)) {
            steps = {std::move(contraction->sums), std::move(contraction->result), std::move(contraction->variant)};
        } else {
            steps = {"", head_text(writer, node, coordinates, name), "lanes"};
        }
        epilogue.has(node.output);
    }
    steps.alone += epilogue.text();
    return steps;
}

}  // namespace

SubGroupBody sub_group_body(KernelWriter& writer, const SubGroupWords& words, const PlannedPartition& partition) {
    const graph::TensorId output = output_of(writer.graph(), partition);
    const graph::Shape& shape = writer.tensor(output).shape;
    graph::Shape blocks = shape;
    blocks[1] = (shape[1] + kSubGroup - 1) / kSubGroup;
    std::vector<std::string> coordinates = coordinate_names(shape.size(), "c");
    coordinates[1] = "feature";
    const Steps steps = steps_of(writer, words, partition, coordinates);
    const std::string store = writer.store(output, coordinates, 1, variable(output));
    coordinates[1] = fmt::format("(c1 * {})", kSubGroup);
    const std::string block_store = writer.block_store(output, words, coordinates, variable(output));

    std::string text = coordinates_text(blocks, "item", "c") +
                       fmt::format("    const int feature = c1 * {} + lane;\n", kSubGroup) + steps.together;
    if (!block_store.empty() && shape[1] >= kSubGroup) {
        text += fmt::format("    if (c1 * {0} + {0} <= {1}) {{\n{2}    {3}    }} else\n", kSubGroup, shape[1],
                            steps.alone, block_store);
    }
    text += fmt::format("    if (feature < {}) {{\n{}    {}    }}\n", shape[1], steps.alone, store);
    return {std::move(text), steps.variant, graph::element_count(blocks).value_or(0)};
}

}  // namespace difftest::backends::opencl
