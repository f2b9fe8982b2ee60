#include "harness/generate/data_mode.hpp"
#include "harness/generate/drawn_weights.hpp"
#include "harness/generate/steps.hpp"

#include <algorithm>
#include <cmath>

// Matmul and inner product.
namespace difftest::harness {
namespace {

using graph::DataType;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

DataType drawn_operand_type(ChoiceSource& choices) {
    return choices.one_of(
        {DataType::u8, DataType::u8, DataType::u8, DataType::s8, DataType::s8, DataType::s8, DataType::f32});
}

TensorId zero_point(CaseGrower& grower, DataType type) {
    ChoiceSource& choices = grower.choices();
    const std::int64_t lo = graph::lowest_of(type);
    const std::int64_t hi = graph::highest_of(type);
    const std::int64_t value = choices.chance(1, 3) ? choices.one_of({lo, hi}) : choices.integer(lo, hi);
    return grower.constant("zp", TensorData(DataType::s32, {}, {static_cast<double>(value)}));
}

}  // namespace

bool add_matmul(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const std::int64_t most = grower.limits().most_channels;
    const bool transpose_a = choices.chance(1, 5);
    const bool transpose_b = choices.chance(1, 4);
    if (!grower.current()) {
        Shape shape{size_near_blocks(choices, most), size_near_blocks(choices, most)};
        for (std::size_t extra = choices.weighted({4, 3, 1}); extra > 0; --extra) {
            shape.insert(shape.begin(), choices.integer(1, 3));
        }
        const DataType type = drawn_operand_type(choices);
        grower.continue_at(grower.input("a", drawn_data(grower, type, shape, 4)));
    }
    const TensorId a = *grower.current();
    const Shape& shape = grower.shape(a);
    const DataType type = grower.type(a);
    if (shape.size() < 2 || type == DataType::s32) {
        return false;
    }
    const std::int64_t depth = shape[shape.size() - (transpose_a ? 2 : 1)];
    const std::int64_t columns = size_near_blocks(choices, most);
    Shape b = transpose_b ? Shape{columns, depth} : Shape{depth, columns};
    const bool batched = choices.chance(1, 2);
    for (std::size_t d = shape.size() - 2; d-- > 0;) {
        b.insert(b.begin(), batched && choices.chance(3, 4) ? shape[d] : 1);
    }
    const auto products = static_cast<double>(graph::element_count(shape).value_or(0)) * static_cast<double>(columns);
    if (products > static_cast<double>(grower.limits().most_products)) {
        return false;
    }
    TensorData data = drawn_weights(grower, type, b);
    const bool variable = choices.chance(1, 4);
    std::vector<TensorId> inputs{a, variable ? grower.input("b", data) : grower.constant("b", data), graph::kAbsent,
                                 graph::kAbsent, graph::kAbsent};
    const bool integers = graph::is_integer(type);
    if (choices.chance(1, 2)) {
        inputs[2] = grower.constant(
            "bias", drawn_data(grower, integers ? DataType::s32 : type, {columns}, integers ? 20000 : 4));
    }
    if (integers && grower.limits().zero_points) {
        inputs[3] = choices.chance(1, 3) ? zero_point(grower, type) : graph::kAbsent;
        inputs[4] = choices.chance(1, 6) ? zero_point(grower, DataType::s8) : graph::kAbsent;
    }
    grower.node("matmul", graph::Matmul{transpose_a, transpose_b}, inputs, integers ? DataType::s32 : DataType::f32);
    return true;
}

bool add_inner_product(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const std::int64_t most = grower.limits().most_channels;
    if (!grower.current()) {
        Shape shape{choices.integer(1, 4), size_near_blocks(choices, most)};
        for (std::size_t extra = choices.weighted({3, 1, 3}); extra > 0; --extra) {
            shape.push_back(choices.integer(1, 4));
        }
        const DataType type = drawn_operand_type(choices);
        grower.continue_at(grower.input("input", drawn_data(grower, type, shape, 4)));
    }
    const TensorId data = *grower.current();
    Shape weights = grower.shape(data);
    const DataType type = grower.type(data);
    if (weights.size() < 2 || weights.size() > 5 || type == DataType::s32) {
        return false;
    }
    const auto all = static_cast<double>(graph::element_count(weights).value_or(0));
    weights[0] = size_near_blocks(choices, most);
    if (all * static_cast<double>(weights[0]) > static_cast<double>(grower.limits().most_products)) {
        return false;
    }
    const bool integers = graph::is_integer(type);
    std::vector<TensorId> inputs{data, grower.constant("weights", drawn_weights(grower, type, weights)),
                                 graph::kAbsent};
    if (choices.chance(1, 2)) {
        inputs[2] = grower.constant(
            "bias", drawn_data(grower, integers ? DataType::s32 : type, {weights[0]}, integers ? 20000 : 4));
    }
    grower.node("inner", graph::InnerProduct{}, inputs, integers ? DataType::s32 : DataType::f32);
    return true;
}

}  // namespace difftest::harness
