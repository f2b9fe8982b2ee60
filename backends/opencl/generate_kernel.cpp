#include "backends/opencl/generate_kernel.hpp"

#include "backends/opencl/epilogue.hpp"
#include "backends/opencl/heads.hpp"
#include "backends/opencl/sub_group_body.hpp"
#include "backends/opencl/tiled_contraction.hpp"

#include <fmt/format.h>

#include <utility>

namespace difftest::backends::opencl {
namespace {

/// Work items in a group unless the plan says otherwise: one number, so that a device compiles a kernel once.
constexpr std::size_t kWorkGroup = 32;

using Coordinates = std::vector<std::string>;

/// Four elements of the head, one after the other.
std::string lane_by_lane(KernelWriter& writer, const graph::Node& node, const Coordinates& coordinates,
                         const std::string& name) {
    const bool integer = graph::is_integer(writer.tensor(node.output).type);
    std::string text = fmt::format("    {} {};\n", integer ? "int4" : "float4", name);
    for (int lane = 0; lane < 4; ++lane) {
        Coordinates at = coordinates;
        at[1] = fmt::format("({} + {})", coordinates[1], lane);
        const std::string element = fmt::format("{}_{}", name, lane);
        text += fmt::format("    {{\n{}    {}.s{} = {};\n    }}\n", head_text(writer, node, at, element), name, lane,
                            element);
    }
    return text;
}

/// Statements that compute and store the element at the coordinates, or four neighbouring features.
class Body {
public:
    Body(KernelWriter& writer, const PlannedPartition& partition) : writer_(writer), partition_(partition) {}

    std::string text(const Coordinates& coordinates, unsigned lanes) {
        const graph::Graph& graph = writer_.graph();
        const graph::TensorId output = output_of(graph, partition_);
        Epilogue epilogue(writer_, graph.tensor(output).shape, coordinates, lanes);
        std::string head;
        for (const graph::NodeId id : partition_.nodes) {
            const graph::Node& node = graph.node(id);
            if (graph::is_elementwise(node.operation)) {
                epilogue.add(node, id == partition_.nodes.back());
            } else {
                head = lanes == 1 ? head_text(writer_, node, coordinates, variable(node.output))
                                  : tiled_head(node, coordinates);
                epilogue.has(node.output);
            }
        }
        epilogue.store(output);
        return head + epilogue.text();
    }

    /// How the vectors were made: "dot", ...; "vector" without a head.
    const std::string& variant() const { return variant_; }

private:
    std::string tiled_head(const graph::Node& node, const Coordinates& coordinates) {
        const std::string name = variable(node.output);
        if (std::optional<TiledText> tiled = tiled_contraction_text(writer_, node, coordinates, name)) {
            variant_ = tiled->variant;
            return std::move(tiled->statements);
        }
        variant_ = "lanes";
        return lane_by_lane(writer_, node, coordinates, name);
    }

    KernelWriter& writer_;
    const PlannedPartition& partition_;
    std::string variant_ = "vector";
};

/// The function without its parameters, which are known only when its body is.
struct Function {
    std::string body;
    std::string implementation;
    std::int64_t items = 0;
};

Function direct_function(KernelWriter& writer, const PlannedPartition& partition, const graph::Shape& shape) {
    Body body(writer, partition);
    const std::string text = body.text(coordinate_names(shape.size(), "c"), 1);
    return {coordinates_text(shape, "item", "c") + text, "direct", graph::element_count(shape).value_or(0)};
}

/// A work item computes four features in vectors; the last item of a row what remains, one by one.
Function tiled_function(KernelWriter& writer, const PlannedPartition& partition, const graph::Shape& shape) {
    Body body(writer, partition);
    graph::Shape tiles = shape;
    tiles[1] = (shape[1] + 3) / 4;
    Coordinates coordinates = coordinate_names(shape.size(), "c");
    coordinates[1] = "feature";
    const std::string vector = body.text(coordinates, 4);
    coordinates[1] = "f";
    const std::string scalar = body.text(coordinates, 1);
    const std::string text = fmt::format(
        "    const int feature = c1 * 4;\n"
        "    if (feature + 4 <= {0}) {{\n{1}    }} else {{\n"
        "    for (int f = feature; f < {0}; ++f) {{\n{2}    }}\n    }}\n",
        shape[1], vector, scalar);
    return {coordinates_text(tiles, "item", "c") + text, body.variant(), graph::element_count(tiles).value_or(0)};
}

/// The kernel except for what all kinds have in common: source, work sizes and how it was made.
std::string describe_sub_groups(Kernel& kernel, KernelWriter& writer, const PlannedPartition& partition) {
    const bool emulated = writer.specification().emulated_subgroup;
    const SubGroupWords words(emulated ? SubGroups::none : writer.features().sub_groups);
    const SubGroupBody body = sub_group_body(writer, words, partition);
    kernel.source = fmt::format("{}__kernel void {}({}) {{\n{}{}}}\n", words.attributes(), kernel.entry,
                                writer.parameters(), words.begin(), body.text);
    kernel.sub_group = emulated ? 0 : static_cast<std::size_t>(kSubGroup);
    kernel.local = {static_cast<std::size_t>(kSubGroup)};
    kernel.global = {static_cast<std::size_t>(body.groups * kSubGroup)};
    return fmt::format("{}_{}", emulated ? "emulated_subgroup" : "subgroup", body.variant);
}

std::string describe_items(Kernel& kernel, const PlanSpecification& specification, KernelWriter& writer,
                           const PlannedPartition& partition) {
    const graph::Shape& shape = writer.tensor(output_of(writer.graph(), partition)).shape;
    const bool tiled = specification.implementation == Implementation::tiled && shape.size() >= 2;
    const Function function =
        tiled ? tiled_function(writer, partition, shape) : direct_function(writer, partition, shape);
    kernel.source = fmt::format(
        "__kernel void {}({}) {{\n"
        "    const int item = (int)get_global_id(0);\n"
        "    if (item >= {}) return;\n{}}}\n",
        kernel.entry, writer.parameters(), function.items, function.body);
    set_work_items(kernel, specification, static_cast<std::size_t>(function.items));
    return tiled ? "tiled_" + function.implementation : function.implementation;
}

}  // namespace

void set_work_items(Kernel& kernel, const PlanSpecification& specification, std::size_t items) {
    const std::size_t group = specification.work_group == 0 ? kWorkGroup : specification.work_group;
    kernel.local = {group};
    kernel.global = {(items + group - 1) / group * group};
}

Kernel generate_kernel(const graph::Case& value, const PlanSpecification& specification, const DeviceFeatures& features,
                       const PlannedPartition& partition, const std::string& entry) {
    KernelWriter writer(value, specification, features);
    const graph::TensorId output = output_of(value.graph, partition);
    writer.pointer(output, true);
    Kernel kernel;
    kernel.nodes = partition.nodes;
    kernel.entry = entry;
    const bool sub_groups =
        specification.implementation == Implementation::sub_group && value.graph.tensor(output).shape.size() >= 2;
    const std::string made = sub_groups ? describe_sub_groups(kernel, writer, partition)
                                        : describe_items(kernel, specification, writer, partition);
    kernel.implementation = fmt::format("{}:{}", made, name_of(layout_of(value.graph.tensor(output), specification)));
    kernel.arguments = writer.arguments();
    return kernel;
}

}  // namespace difftest::backends::opencl
