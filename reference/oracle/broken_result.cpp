#include "reference/graph/half.hpp"
#include "reference/oracle/broken_node.hpp"
#include "reference/oracle/broken_values.hpp"
#include "reference/quantize/rounding.hpp"

#include <array>
#include <cmath>

// Faults in what a node stores: the type in between, the tails of blocks, where a part of a concatenation goes.

namespace difftest::oracle {
namespace {

/// The elements behind the last whole block of a dimension hold those `back` places before them, or 0.
void break_tail(AllowedTensor& result, std::size_t axis, bool from_block_before) {
    const std::int64_t count = result.shape()[axis];
    const std::int64_t block = block_with_rest(count);
    const std::int64_t stride = graph::row_major_strides(result.shape())[axis];
    const AllowedTensor intact = result;
    for (std::int64_t i = 0; block != 0 && i < result.size(); ++i) {
        if (i / stride % count >= count / block * block) {
            if (from_block_before) {
                result.set(i, intact.at(i - block * stride));
            } else {
                result.set_point(i, 0);
            }
        }
    }
}

/// The second part is written where the first one stands; its own place keeps zeros.
void break_concat(const Context& context, const graph::Node& node, AllowedTensor& result) {
    const auto axis = static_cast<std::size_t>(std::get<graph::Concat>(node.operation).axis);
    const std::int64_t stride = graph::row_major_strides(result.shape())[axis];
    const std::int64_t count = result.shape()[axis];
    const std::int64_t first = context.tensor(node.inputs[0]).shape[axis];
    const std::int64_t second = context.tensor(node.inputs[1]).shape[axis];
    const AllowedTensor intact = result;
    for (std::int64_t i = 0; i < result.size(); ++i) {
        const std::int64_t at = i / stride % count;
        if (at < second) {
            result.set(i, intact.at(i + first * stride));
        } else if (at >= first && at < first + second) {
            result.set_point(i, 0);
        }
    }
}

/// Position p of O takes floor(p * I / O), without the half pixel.
void break_nearest(const AllowedTensor& data, AllowedTensor& result) {
    const std::vector<std::int64_t> strides = graph::row_major_strides(data.shape());
    for (std::int64_t i = 0; i < result.size(); ++i) {
        const std::vector<std::int64_t> at = graph::coordinates_of(i, result.shape());
        std::int64_t source = 0;
        for (std::size_t d = 0; d < at.size(); ++d) {
            source += at[d] * data.shape()[d] / result.shape()[d] * strides[d];
        }
        result.set(i, data.at(source));
    }
}

double in_half(double value) {
    return graph::from_f16(graph::to_f16(static_cast<float>(value)));
}

}  // namespace

void break_result(const Context& context, graph::NodeId id, AllowedTensor& result) {
    const graph::Node& node = context.node(id);
    const auto broken = [&](Deviation deviation) { return context.broken(deviation, id); };
    if (broken(Deviation::half_intermediate)) {
        result = mapped(result, result.type(), in_half);
    }
    if (broken(Deviation::result_in_type_of_first_operand)) {
        const graph::DataType type = context.tensor(node.inputs[0]).type;
        result = mapped(result, result.type(), [type](double value) {
            return std::isnan(value)
                       ? value
                       : quantize::saturate(quantize::round_to_integer(value, graph::Rounding::half_to_even), type);
        });
    }
    if (broken(Deviation::channel_tail_not_stored) || broken(Deviation::channel_tail_from_block_before)) {
        break_tail(result, 1, broken(Deviation::channel_tail_from_block_before));
    }
    if (broken(Deviation::batch_tail_not_stored)) {
        break_tail(result, 0, false);
    }
    if (broken(Deviation::concat_at_offset_zero)) {
        break_concat(context, node, result);
    }
    if (broken(Deviation::nearest_without_half_pixel)) {
        break_nearest(context.set_of(node.inputs[0]), result);
    }
}

}  // namespace difftest::oracle
