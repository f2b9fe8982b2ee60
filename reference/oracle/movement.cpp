#include "reference/oracle/movement.hpp"

#include "reference/oracle/context.hpp"

#include <variant>

// Sets travel as they are, and so does what an f32 operation sees of an s32 accumulator.

namespace difftest::oracle {
namespace {

using graph::Shape;

/// The block of an operation with one input: all of the result.
MovedBlock whole(const Shape& result, std::int64_t base, std::vector<std::int64_t> strides) {
    return {0, Shape(result.size(), 0), result, base, std::move(strides)};
}

struct BlockFinder {
    const graph::Graph& graph;
    const graph::Node& node;

    const Shape& data() const { return graph.tensor(node.inputs[0]).shape; }
    const Shape& result() const { return graph.tensor(node.output).shape; }

    std::vector<MovedBlock> operator()(const graph::Permute& op) const {
        const std::vector<std::int64_t> own = graph::row_major_strides(data());
        std::vector<std::int64_t> strides;
        for (const std::int64_t dimension : op.order) {
            strides.push_back(own[static_cast<std::size_t>(dimension)]);
        }
        return {whole(result(), 0, std::move(strides))};
    }

    std::vector<MovedBlock> operator()(const graph::Slice& op) const {
        std::vector<std::int64_t> strides = graph::row_major_strides(data());
        std::int64_t base = 0;
        for (std::size_t d = 0; d < strides.size(); ++d) {
            base += op.begin[d] * strides[d];
            strides[d] *= op.step[d];
        }
        return {whole(result(), base, std::move(strides))};
    }

    std::vector<MovedBlock> operator()(const graph::Concat& op) const {
        std::vector<MovedBlock> blocks;
        Shape begin(result().size(), 0);
        for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
            if (node.inputs[slot] != graph::kAbsent) {
                const Shape& shape = graph.tensor(node.inputs[slot]).shape;
                blocks.push_back({slot, begin, shape, 0, graph::row_major_strides(shape)});
                begin[static_cast<std::size_t>(op.axis)] += shape[static_cast<std::size_t>(op.axis)];
            }
        }
        return blocks;
    }

    std::vector<MovedBlock> operator()(const graph::Reshape& /*op*/) const { return in_order(); }
    std::vector<MovedBlock> operator()(const graph::Reorder& /*op*/) const { return in_order(); }

    template <class Op>
    std::vector<MovedBlock> operator()(const Op& /*op*/) const {
        return {};
    }

private:
    std::vector<MovedBlock> in_order() const { return {whole(result(), 0, graph::row_major_strides(result()))}; }
};

/// Calls visit(to, from) for every element of the block: its index in the result and in the input.
template <class Visit>
void for_each_element(const MovedBlock& block, const Shape& result, const Visit& visit) {
    if (graph::element_count(block.extent).value_or(0) == 0) {
        return;
    }
    const std::vector<std::int64_t> strides = graph::row_major_strides(result);
    std::int64_t to = 0;
    for (std::size_t d = 0; d < result.size(); ++d) {
        to += block.begin[d] * strides[d];
    }
    std::int64_t from = block.base;
    std::vector<std::int64_t> at(result.size(), 0);
    for (;;) {
        visit(to, from);
        std::size_t d = result.size();
        for (; d > 0; --d) {
            to += strides[d - 1];
            from += block.strides[d - 1];
            if (++at[d - 1] < block.extent[d - 1]) {
                break;
            }
            to -= at[d - 1] * strides[d - 1];
            from -= at[d - 1] * block.strides[d - 1];
            at[d - 1] = 0;
        }
        if (d == 0) {
            return;
        }
    }
}

}  // namespace

bool moves_data(const graph::Operation& operation) {
    return std::holds_alternative<graph::Permute>(operation) || std::holds_alternative<graph::Reshape>(operation) ||
           std::holds_alternative<graph::Slice>(operation) || std::holds_alternative<graph::Concat>(operation) ||
           std::holds_alternative<graph::Reorder>(operation);
}

std::vector<MovedBlock> moved_blocks(const graph::Graph& graph, const graph::Node& node) {
    return std::visit(BlockFinder{graph, node}, node.operation);
}

ElementSource moved_from(const graph::Graph& graph, const graph::Node& node, std::int64_t index) {
    const std::vector<std::int64_t> at = graph::coordinates_of(index, graph.tensor(node.output).shape);
    for (const MovedBlock& block : moved_blocks(graph, node)) {
        std::int64_t from = block.base;
        bool inside = true;
        for (std::size_t d = 0; d < at.size(); ++d) {
            const std::int64_t within = at[d] - block.begin[d];
            inside = inside && within >= 0 && within < block.extent[d];
            from += within * block.strides[d];
        }
        if (inside) {
            return {block.slot, from};
        }
    }
    return {};
}

AllowedTensor evaluate_movement(const Context& context, graph::NodeId id, RealView& real_view) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    AllowedTensor result(output.type, output.shape);
    for (const MovedBlock& block : moved_blocks(context.graph(), node)) {
        const graph::TensorId input = node.inputs[block.slot];
        const AllowedTensor& data = context.set_of(input);
        const RealView& view = context.real_views[static_cast<std::size_t>(input)];
        const bool points = data.all_points();
        for_each_element(block, output.shape, [&](std::int64_t to, std::int64_t from) {
            if (points || data.is_point(from)) {
                result.set_point(to, data.point(from));
            } else {
                result.set(to, data.at(from));
            }
            if (!view.empty()) {
                if (const auto found = view.find(from); found != view.end()) {
                    real_view.insert_or_assign(to, found->second);
                }
            }
        });
    }
    return result;
}

}  // namespace difftest::oracle
