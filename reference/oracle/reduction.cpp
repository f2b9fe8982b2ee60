#include "reference/oracle/aggregate.hpp"
#include "reference/oracle/average.hpp"
#include "reference/oracle/elementwise.hpp"

#include <algorithm>
#include <variant>
#include <vector>

// One value from all elements along some axes: their sum, mean, maximum or minimum. Integers are summed exactly, f32 in
// any order; the mean divides once.

namespace difftest::oracle {
namespace {

using graph::ReductionAlgorithm;

/// Offsets of a box of the given extent in a tensor with the given strides, in row-major order.
std::vector<std::int64_t> offsets_of(const graph::Shape& extent, const std::vector<std::int64_t>& strides) {
    std::vector<std::int64_t> offsets{0};
    for (std::size_t d = 0; d < extent.size(); ++d) {
        std::vector<std::int64_t> finer;
        finer.reserve(offsets.size() * static_cast<std::size_t>(extent[d]));
        for (const std::int64_t offset : offsets) {
            for (std::int64_t i = 0; i < extent[d]; ++i) {
                finer.push_back(offset + i * strides[d]);
            }
        }
        offsets = std::move(finer);
    }
    return offsets;
}

/// The result of an f32 sum in the output's type.
struct StoreOp {
    int variants() const { return 1; }
    Interval operator()(int /*variant*/, const std::array<double, 1>& arguments) const {
        return {arguments[0], arguments[0]};
    }
};

void store(const Aggregate& aggregate, ReductionAlgorithm algorithm, graph::NodeId id, AllowedTensor& result,
           std::int64_t index) {
    switch (algorithm) {
        case ReductionAlgorithm::maximum: aggregate.store_largest(result, index); break;
        case ReductionAlgorithm::minimum: aggregate.store_smallest(result, index); break;
        case ReductionAlgorithm::sum:
        case ReductionAlgorithm::mean: aggregate.store_sum(result, index, id); break;
    }
}

}  // namespace

AllowedTensor evaluate_reduction(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const auto& op = std::get<graph::Reduction>(node.operation);
    const graph::Tensor& data = context.tensor(node.inputs[0]);
    const graph::Tensor& output = context.tensor(node.output);
    const std::vector<std::int64_t> strides = graph::row_major_strides(data.shape);
    graph::Shape reduced_extent(data.shape.size(), 1);
    for (const std::int64_t axis : op.axes) {
        reduced_extent[static_cast<std::size_t>(axis)] = data.shape[static_cast<std::size_t>(axis)];
    }
    const std::vector<std::int64_t> elements = offsets_of(reduced_extent, strides);
    const std::vector<std::int64_t> places = offsets_of(output.shape, strides);

    const bool sums = op.algorithm == ReductionAlgorithm::sum || op.algorithm == ReductionAlgorithm::mean;
    const graph::DataType sum_type = graph::is_integer(data.type) ? graph::DataType::s32 : graph::DataType::f32;
    AllowedTensor result(sums ? sum_type : output.type, output.shape);
    Aggregate aggregate(context, node.inputs[0]);
    for (std::size_t i = 0; i < places.size(); ++i) {
        aggregate.restart();
        for (const std::int64_t element : elements) {
            aggregate.take(places[i] + element);
        }
        store(aggregate, op.algorithm, id, result, static_cast<std::int64_t>(i));
    }
    if (op.algorithm == ReductionAlgorithm::mean) {
        AllowedTensor count(graph::DataType::f32, {});
        count.set_point(0, static_cast<float>(elements.size()));
        return divide_sums(context, id, result, count);
    }
    if (sums && result.type() != output.type) {
        const Argument self{&result, nullptr, graph::row_major_strides(output.shape)};
        return evaluate_elementwise<1>(context, output.type, output.shape, {self}, StoreOp{});
    }
    allow_rounded_output(context, id, result);
    return result;
}

}  // namespace difftest::oracle
