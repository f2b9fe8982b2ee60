#include "backends/opencl/shared_kernel.hpp"

#include "backends/backend.hpp"
#include "backends/opencl/function_library.hpp"
#include "backends/opencl/generate_kernel.hpp"
#include "backends/opencl/shared_program.hpp"
#include "backends/opencl/shared_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::backends::opencl {
namespace {

/// What the arrays of the kernels hold.
constexpr std::size_t kHighestRank = 12;

void check_ranks(const graph::Case& value, const PlannedPartition& partition) {
    for (const graph::NodeId id : partition.nodes) {
        for (const graph::TensorId input : value.graph.node(id).inputs) {
            if (input != graph::kAbsent && value.graph.tensor(input).shape.size() > kHighestRank) {
                throw Unsupported(
                    fmt::format("'{}' has more than {} dimensions", value.graph.tensor(input).name, kHighestRank));
            }
        }
    }
}

std::size_t items_of(graph::Shape shape, bool tiled) {
    if (tiled) {
        shape[1] = (shape[1] + 3) / 4;
    }
    return static_cast<std::size_t>(graph::element_count(shape).value_or(0));
}

void write_header(SharedWords& words, graph::TensorId output, std::size_t items, std::size_t steps) {
    const graph::Shape& shape = words.tensor(output).shape;
    words.word(static_cast<std::int64_t>(items));
    words.word(static_cast<std::int64_t>(shape.size()));
    words.word(static_cast<std::int64_t>(steps));
    words.word(0);
    words.word(static_cast<std::int64_t>(shared_words::kStepHead) +
               shared_words::kOperands * (shared_words::kOperandHead + 3 * static_cast<std::int64_t>(shape.size())));
    words.place(output);
    words.type(output);
    words.word(0);
    for (const std::int64_t extent : shape) {
        words.word(extent);
    }
    words.terms(words.own_map(output));
}

}  // namespace

Kernel shared_kernel(const graph::Case& value, const PlanSpecification& specification, const DeviceFeatures& features,
                     const PlannedPartition& partition) {
    check_ranks(value, partition);
    const graph::TensorId output = output_of(value.graph, partition);
    const graph::Node& first = value.graph.node(partition.nodes.front());
    const bool has_head = !graph::is_elementwise(first.operation);
    const bool tiled = specification.implementation == Implementation::tiled && can_be_dots(value, first);
    const std::size_t items = items_of(value.graph.tensor(output).shape, tiled);

    SharedWords words(value, specification);
    write_header(words, output, items, partition.nodes.size() - (has_head ? 1 : 0));
    words.set(shared_words::head, static_cast<std::int64_t>(words.size()));
    Kernel kernel;
    kernel.entry = has_head ? write_head(words, first) : "shared_pointwise";
    if (tiled) {
        write_dots(words, first);
        kernel.entry = "shared_dots";
    }
    words.set(shared_words::first_step, static_cast<std::int64_t>(words.size()));
    std::vector<graph::TensorId> registers{has_head ? first.output : graph::kAbsent};
    for (const graph::NodeId id : partition.nodes) {
        const graph::Node& node = value.graph.node(id);
        if (graph::is_elementwise(node.operation)) {
            write_step(words, node, value.graph.tensor(output).shape, registers);
            registers.push_back(node.output);
        }
    }
    kernel.nodes = partition.nodes;
    kernel.implementation =
        fmt::format("{}:{}", kernel.entry, name_of(layout_of(value.graph.tensor(output), specification)));
    const bool contraction =
        specification.build == BuildVariant::contraction || specification.build == BuildVariant::mad_enable;
    kernel.source = library_preamble(contraction) +
                    shared_program(features.integer_dot_product && !specification.emulated_dot,
                                   features.divides_in_double && specification.build != BuildVariant::relaxed_math);
    kernel.is_program = true;
    kernel.arguments = {MemoryArgument{}, words.take()};
    set_work_items(kernel, specification, items);
    return kernel;
}

}  // namespace difftest::backends::opencl
