#include "reference/oracle/contraction.hpp"

namespace difftest::oracle {
namespace {

graph::Shape batch_of(const graph::Shape& shape) {
    return {shape.begin(), shape.end() - 2};
}

std::int64_t product(const graph::Shape& shape, std::size_t first) {
    std::int64_t result = 1;
    for (std::size_t i = first; i < shape.size(); ++i) {
        result *= shape[i];
    }
    return result;
}

/// A product of an M x K and a K x N matrix.
Contraction matrix_product(std::int64_t m, std::int64_t k, std::int64_t n) {
    Contraction result;
    result.matrix = true;
    result.shape.inputs_per_group = k;
    result.shape.outputs_per_group = n;
    result.shape.window.small[2] = m;
    result.shape.window.large[2] = m;
    return result;
}

Contraction of_matmul(const graph::Matmul& op, const graph::Shape& a, const graph::Shape& b,
                      const graph::Shape& output) {
    const std::size_t last = a.size() - 1;
    const std::int64_t k = op.transpose_a ? a[last - 1] : a[last];
    Contraction result = matrix_product(output[output.size() - 2], k, output.back());
    result.x_transposed = !op.transpose_a;
    result.w_transposed = !op.transpose_b;
    result.slabs.clear();
    const graph::Shape batch = batch_of(output);
    const auto a_strides = graph::broadcast_strides(batch_of(a), batch);
    const auto b_strides = graph::broadcast_strides(batch_of(b), batch);
    for (std::int64_t slab = 0; slab < product(batch, 0); ++slab) {
        const auto at = graph::coordinates_of(slab, batch);
        Contraction::Slab begin{0, 0};
        for (std::size_t d = 0; d < batch.size(); ++d) {
            begin.x += at[d] * a_strides[d];
            begin.w += at[d] * b_strides[d];
        }
        result.slabs.push_back({begin.x * output[output.size() - 2] * k, begin.w * output.back() * k});
    }
    return result;
}

}  // namespace

Contraction contraction_of(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const graph::Shape& first = context.tensor(node.inputs[0]).shape;
    const graph::Shape& second = context.tensor(node.inputs[1]).shape;
    if (const auto* matmul = std::get_if<graph::Matmul>(&node.operation)) {
        return of_matmul(*matmul, first, second, context.tensor(node.output).shape);
    }
    if (std::holds_alternative<graph::InnerProduct>(node.operation)) {
        Contraction result = matrix_product(first[0], product(first, 1), second[0]);
        result.x_transposed = true;
        result.elements_per_parameter = product(first, 2);
        return result;
    }
    Contraction result;
    result.shape = accumulation_of(context, id);
    return result;
}

}  // namespace difftest::oracle
