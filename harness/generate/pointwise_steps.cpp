#include "harness/generate/boundary_mode.hpp"
#include "harness/generate/steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

// Steps that work element by element in f32: scales, operands, activations, comparisons, joins.
namespace difftest::harness {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Shape;
using graph::TensorId;

std::int64_t channels_of(const Shape& shape) {
    return shape.size() < 2 ? 1 : shape[1];
}

/// A shape that broadcasts to `shape`: one value, one a channel, everything, or the dimensions that are drawn.
Shape drawn_broadcast(ChoiceSource& choices, const Shape& shape) {
    Shape result(shape.size(), 1);
    switch (choices.weighted({3, 4, 4, 2, 1})) {
        case 0: return choices.chance(1, 2) ? Shape{} : result;
        case 1:
            if (shape.size() >= 2) {
                result[1] = shape[1];
            }
            return result;
        case 2: return shape;
        case 3:
            for (std::size_t d = 0; d < shape.size(); ++d) {
                result[d] = choices.chance(1, 2) ? shape[d] : 1;
            }
            return result;
        default:  // the last dimension, with fewer dimensions than the data
            return shape.empty() ? result : Shape{shape.back()};
    }
}

DataType drawn_operand_type(CaseGrower& grower) {
    constexpr DataType kTypes[] = {DataType::f32, DataType::s8,   DataType::u8,
                                   DataType::s32, DataType::bf16, DataType::f16};
    return kTypes[grower.limits().half_types ? grower.choices().weighted({10, 2, 2, 1, 1, 1})
                                             : grower.choices().weighted({10, 2, 2, 1})];
}

/// An operand whose values lie around `magnitude`.
TensorId operand(CaseGrower& grower, const Shape& shape, double magnitude) {
    const DataType type = drawn_operand_type(grower);
    graph::TensorData data = drawn_data(grower, type, shape, magnitude);
    return grower.choices().chance(3, 4) ? grower.constant("c", std::move(data))
                                         : grower.input("operand", std::move(data));
}

/// Where values shall lie behind a scale: small, within 8 bits, just beyond, far beyond.
double drawn_target(ChoiceSource& choices) {
    return choices.one_of({2.0, 10.0, 100.0, 120.0, 150.0, 300.0, 1000.0});
}

/// At times: what takes a value of the data, times the factor, to 0. Whether the product is rounded before shows there.
std::optional<float> drawn_cancellation(ChoiceSource& choices, const graph::TensorData& values, float factor) {
    if (!choices.chance(1, 5)) {
        return std::nullopt;
    }
    const double value = values.at(choices.integer(0, values.size() - 1));
    const auto addend = static_cast<float>(-static_cast<double>(factor) * value);
    return std::isfinite(addend) ? std::optional(addend) : std::nullopt;
}

/// A factor below 2^-126, and one that brings the products back: what flushes constants shows behind them.
void add_subnormal_scale(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const auto small = static_cast<float>(std::ldexp(static_cast<double>(choices.integer(1 << 20, 1 << 22)), -149));
    const auto large = static_cast<float>(std::ldexp(1.0, static_cast<int>(choices.integer(120, 127))));
    for (const float factor : {small, large}) {
        const TensorId data = *grower.current();
        grower.node("scale", graph::Binary{BinaryAlgorithm::multiply}, {data, grower.scalar(factor)}, DataType::f32);
    }
}

}  // namespace

bool add_scale(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    if (choices.chance(1, 60)) {
        add_subnormal_scale(grower);
        return true;
    }
    const TensorId data = *grower.current();
    const Shape& shape = grower.shape(data);
    const double target = choices.chance(1, 40) ? choices.one_of({1e-30, 1e12}) : drawn_target(choices);
    const std::int64_t count = choices.chance(1, 2) ? channels_of(shape) : 1;
    const bool either_sign = choices.chance(1, 8);
    const double magnitude = target / grower.range(data).largest();
    const TensorId scale =
        grower.parameter(either_sign ? grower.factors(magnitude, count, either_sign)
                                     : drawn_factors(grower, data, FactorUse::multiply, magnitude, count),
                         shape.size());
    grower.node("scale", graph::Binary{BinaryAlgorithm::multiply}, {data, scale}, DataType::f32);
    return true;
}

bool add_addend(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape shape = grower.shape(data);
    const double magnitude = std::max(grower.range(data).span() * choices.one_of({0.01, 0.25, 1.0}), 1e-3);
    TensorId addend = graph::kAbsent;
    if (choices.chance(1, 2)) {
        addend = operand(grower, drawn_broadcast(choices, shape), magnitude);
    } else {
        std::vector<float> values;
        const std::int64_t count = choices.chance(2, 3) ? channels_of(shape) : 1;
        for (std::int64_t i = 0; i < count; ++i) {
            values.push_back(choices.chance(1, 2) ? grower.addend_near(magnitude) : -grower.addend_near(magnitude));
        }
        addend = grower.parameter(values, shape.size());
    }
    const bool subtract = choices.chance(1, 4);
    const bool swapped = choices.chance(1, 8);
    grower.node("add", graph::Binary{subtract ? BinaryAlgorithm::subtract : BinaryAlgorithm::add},
                swapped ? std::vector{addend, data} : std::vector{data, addend}, DataType::f32);
    return true;
}

bool add_binary(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape shape = grower.shape(data);
    const auto algorithm =
        choices.one_of({BinaryAlgorithm::add, BinaryAlgorithm::subtract, BinaryAlgorithm::multiply,
                        BinaryAlgorithm::maximum, BinaryAlgorithm::minimum, BinaryAlgorithm::divide});
    const bool factor = algorithm == BinaryAlgorithm::multiply || algorithm == BinaryAlgorithm::divide;
    const double magnitude = factor ? 2.0 : std::max(grower.range(data).largest() * 0.5, 1e-3);
    if (algorithm == BinaryAlgorithm::divide && choices.chance(9, 10)) {
        // Divisors that are not 0: a parameter; anything else only at times.
        const std::int64_t count = choices.chance(1, 2) ? channels_of(shape) : 1;
        const TensorId divisor = grower.parameter(grower.factors(magnitude, count, choices.chance(1, 4)), shape.size());
        grower.node("binary", graph::Binary{algorithm}, {data, divisor}, DataType::f32);
        return true;
    }
    const TensorId second = operand(grower, drawn_broadcast(choices, shape), magnitude);
    const bool swapped = algorithm != BinaryAlgorithm::divide && choices.chance(1, 5);
    grower.node("binary", graph::Binary{algorithm}, swapped ? std::vector{second, data} : std::vector{data, second},
                DataType::f32);
    return true;
}

bool add_compare(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const auto algorithm =
        choices.one_of({BinaryAlgorithm::greater_equal, BinaryAlgorithm::greater, BinaryAlgorithm::less_equal,
                        BinaryAlgorithm::less, BinaryAlgorithm::equal, BinaryAlgorithm::not_equal});
    // Against a value that the data has, so that equality happens.
    const graph::TensorData& values = grower.values(data);
    const double value = values.at(choices.integer(0, values.size() - 1));
    const auto bound = static_cast<float>(std::isfinite(value) ? value : 0);
    grower.node("compare", graph::Binary{algorithm}, {data, grower.scalar(bound)}, DataType::f32);
    return true;
}

bool add_relu(CaseGrower& grower) {
    const float alpha = grower.choices().chance(1, 3) ? grower.factor_near(0.1) : 0.0F;
    const bool negative = alpha != 0 && grower.choices().chance(1, 6);
    grower.node("relu", graph::Eltwise{EltwiseAlgorithm::relu, negative ? -alpha : alpha, 0}, {*grower.current()},
                DataType::f32);
    return true;
}

bool add_clip(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const ValueRange range = grower.range(data);
    const auto low = static_cast<float>(range.lo + range.span() * choices.one_of({-0.1, 0.05, 0.2, 0.4}));
    const auto high =
        std::max(low, static_cast<float>(range.lo + range.span() * choices.one_of({0.4, 0.6, 0.8, 0.95, 1.1})));
    switch (choices.weighted({3, 1, 1, 1})) {
        case 0: grower.node("clip", graph::Eltwise{EltwiseAlgorithm::clip, low, high}, {data}, DataType::f32); break;
        case 1: grower.node("clip", graph::Eltwise{EltwiseAlgorithm::clip_v2, low, high}, {data}, DataType::f32); break;
        case 2:
            grower.node("bound", graph::Binary{BinaryAlgorithm::minimum}, {data, grower.scalar(high)}, DataType::f32);
            break;
        default:
            grower.node("bound", graph::Binary{BinaryAlgorithm::maximum},
                        {data, grower.scalar(choices.chance(1, 6) ? -std::numeric_limits<float>::infinity() : low)},
                        DataType::f32);
            break;
    }
    return true;
}

bool add_eltwise(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const ValueRange range = grower.range(data);
    graph::Eltwise op;
    switch (choices.weighted({5, 2, 1, 1, 1, 1})) {
        case 0: {
            const bool negative = choices.chance(1, 6);
            const float alpha = grower.factor_near(choices.one_of({0.05, 1.0, 8.0}));
            const float beta = choices.chance(1, 3) ? 0.0F : grower.addend_near(range.largest() * 0.2);
            op = {EltwiseAlgorithm::linear, negative ? -alpha : alpha, choices.chance(1, 2) ? beta : -beta};
            if (const auto cancelling = drawn_cancellation(choices, grower.values(data), op.alpha)) {
                op.beta = *cancelling;
            }
            break;
        }
        case 1: op = {EltwiseAlgorithm::abs, 0, 0}; break;
        case 2: op = {EltwiseAlgorithm::round, 0, 0}; break;
        case 3: op = {EltwiseAlgorithm::square, 0, 0}; break;
        case 4: op = {EltwiseAlgorithm::hardsigmoid, grower.factor_near(0.2), 0.5F}; break;
        default: op = {EltwiseAlgorithm::hardswish, 1.0F / 6, 0.5F}; break;
    }
    grower.node("eltwise", op, {data}, DataType::f32);
    return true;
}

bool add_function(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const double largest = grower.range(*grower.current()).largest();
    // Into the part of the function where something happens, at times not.
    if (largest > 20 && choices.chance(7, 8)) {
        grower.node("scale", graph::Binary{BinaryAlgorithm::multiply},
                    {*grower.current(), grower.scalar(grower.factor_near(choices.one_of({1.0, 4.0, 10.0}) / largest))},
                    DataType::f32);
    }
    const TensorId data = *grower.current();
    graph::Eltwise op;
    const bool positive = grower.range(data).lo > 0;
    switch (choices.weighted({3, 3, 3, 2, 2, 2, 2, 1, 1, positive ? 3 : 1, positive ? 3 : 1, positive ? 2 : 0})) {
        case 0: op = {EltwiseAlgorithm::tanh, 0, 0}; break;
        case 1: op = {EltwiseAlgorithm::logistic, 0, 0}; break;
        case 2: op = {EltwiseAlgorithm::exp, 0, 0}; break;
        case 3: op = {EltwiseAlgorithm::elu, grower.factor_near(1), 0}; break;
        case 4: op = {EltwiseAlgorithm::gelu_tanh, 0, 0}; break;
        case 5: op = {EltwiseAlgorithm::gelu_erf, 0, 0}; break;
        case 6: op = {EltwiseAlgorithm::swish, grower.factor_near(1), 0}; break;
        case 7: op = {EltwiseAlgorithm::mish, 0, 0}; break;
        case 8: op = {EltwiseAlgorithm::soft_relu, 0, 0}; break;
        case 9: op = {EltwiseAlgorithm::sqrt, 0, 0}; break;
        case 10: op = {EltwiseAlgorithm::log, 0, 0}; break;
        default: op = {EltwiseAlgorithm::pow, grower.factor_near(1), choices.one_of({-1.0F, 0.5F, 2.0F})}; break;
    }
    grower.node("function", op, {data}, DataType::f32);
    return true;
}

bool add_prelu(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape& shape = grower.shape(data);
    const std::int64_t count = choices.chance(3, 4) ? channels_of(shape) : 1;
    const double magnitude = choices.one_of({0.1, 0.25, 1.0, 2.0});
    const bool either_sign = choices.chance(1, 4);
    const TensorId slope = grower.parameter(grower.factors(magnitude, count, either_sign), shape.size());
    grower.node("prelu", graph::Prelu{}, {data, slope}, DataType::f32);
    return true;
}

bool add_sum(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape shape = grower.shape(data);
    const DataType type = choices.one_of({DataType::s8, DataType::u8, DataType::f32, DataType::s32});
    graph::Sum op;
    op.scale = choices.chance(1, 3) ? 1.0F : grower.factor_near(1);
    const bool byte = type == DataType::s8 || type == DataType::u8;
    if (byte && choices.chance(1, 3)) {
        op.zero_point = choices.integer(graph::lowest_of(type), graph::highest_of(type));
    }
    if (byte && choices.chance(1, 5)) {
        op.reinterpretation = choices.chance(1, 2) ? graph::Reinterpretation::s8 : graph::Reinterpretation::u8;
    }
    const TensorId previous = grower.input("previous", drawn_data(grower, type, shape, grower.range(data).largest()));
    grower.node("sum", op, {data, previous}, DataType::f32);
    return true;
}

bool add_select(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape shape = grower.shape(data);
    graph::TensorData mask = drawn_data(grower, DataType::u8, drawn_broadcast(choices, shape), 1);
    for (std::int64_t i = 0; i < mask.size(); ++i) {
        mask.set(i, std::fmod(mask.at(i), 2));
    }
    const TensorId condition = grower.input("mask", std::move(mask));
    const bool integers = grower.is_integer(data) && choices.chance(1, 2);
    const DataType type = integers ? grower.type(data) : DataType::f32;
    const TensorId other =
        grower.input("other", drawn_data(grower, type, drawn_broadcast(choices, shape), grower.range(data).largest()));
    const bool swapped = choices.chance(1, 3);
    grower.node("select", graph::Select{},
                swapped ? std::vector{condition, other, data} : std::vector{condition, data, other}, type);
    return true;
}

bool add_join(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    std::vector<TensorId> fitting;
    for (const TensorId id : grower.data_tensors()) {
        const auto shape = graph::broadcast(grower.shape(data), grower.shape(id));
        if (shape && *shape == grower.shape(data)) {
            fitting.push_back(id);  // the tensor itself is one of them
        }
    }
    const TensorId other =
        fitting[static_cast<std::size_t>(choices.integer(0, static_cast<std::int64_t>(fitting.size()) - 1))];
    const auto algorithm = choices.one_of({BinaryAlgorithm::add, BinaryAlgorithm::add, BinaryAlgorithm::subtract,
                                           BinaryAlgorithm::multiply, BinaryAlgorithm::maximum});
    grower.node("join", graph::Binary{algorithm}, {data, other}, DataType::f32);
    return true;
}

bool add_branch(CaseGrower& grower) {
    const auto& tensors = grower.data_tensors();
    const auto last = static_cast<std::int64_t>(tensors.size()) - 1;
    grower.continue_at(tensors[static_cast<std::size_t>(grower.choices().integer(0, last))]);
    return true;
}

}  // namespace difftest::harness
