#include "reference/quantize/fixed_point.hpp"

#include "reference/oracle/elementwise.hpp"

#include <fmt/format.h>

// Requantization in integers only (semantics, sections 1.7 to 1.10 and 2.4, M6). No freedom concerns it: the result is
// one integer for each integer that the data may be. What overflows an s32 on the way is outside the contract.

namespace difftest::oracle {
namespace {

constexpr double kLowestS32 = -2147483648.0;
constexpr double kHighestS32 = 2147483647.0;

bool is_s32(double value) {
    return value >= kLowestS32 && value <= kHighestS32;
}

Interval outside_contract() {
    return {std::nan(""), std::nan("")};
}

/// data, multiplier, shift, zero point
struct FixedPointOp {
    graph::RequantizeFixedPoint attributes;
    bool* overflows;

    int variants() const { return 1; }

    Interval operator()(int /*variant*/, const std::array<double, 4>& arguments) const {
        std::optional<std::int32_t> product;
        if (is_s32(arguments[0])) {
            product = quantize::multiply_fixed_point(static_cast<std::int32_t>(arguments[0]),
                                                     static_cast<std::int32_t>(arguments[1]),
                                                     static_cast<int>(arguments[2]), attributes.rounding);
        }
        const double sum = product ? *product + arguments[3] : std::nan("");
        if (!is_s32(sum)) {
            *overflows = true;
            return outside_contract();
        }
        const double y =
            std::clamp(sum, static_cast<double>(attributes.lowest), static_cast<double>(attributes.highest));
        return {y, y};
    }
};

struct ShiftRoundOp {
    int shift;
    bool* overflows;

    int variants() const { return 1; }

    Interval operator()(int /*variant*/, const std::array<double, 1>& arguments) const {
        std::optional<std::int32_t> result;
        if (is_s32(arguments[0])) {
            result = quantize::shift_round(static_cast<std::int32_t>(arguments[0]), shift);
        }
        if (!result) {
            *overflows = true;
            return outside_contract();
        }
        return {static_cast<double>(*result), static_cast<double>(*result)};
    }
};

/// The argument as the exact integer that it is: nothing here reads an accumulator in f32.
Argument integer_argument(const Context& context, graph::TensorId id, const graph::Shape& shape) {
    Argument argument = argument_for(context, id, shape);
    argument.real_view = nullptr;
    return argument;
}

template <std::size_t N, class Op>
AllowedTensor evaluate_integers(const Context& context, const graph::Node& node,
                                const std::array<Argument, N>& arguments, const Op& op, const bool& overflows) {
    const graph::Tensor& output = context.tensor(node.output);
    AllowedTensor result = evaluate_elementwise(context, output.type, output.shape, arguments, op);
    if (overflows) {
        context.note(fmt::format("node {}: the fixed-point arithmetic overflows s32", node.name));
    }
    return result;
}

}  // namespace

AllowedTensor evaluate_requantize_fixed_point(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const graph::Shape& shape = context.tensor(node.output).shape;
    const AllowedTensor zero(graph::DataType::s32, {});
    std::array<Argument, 4> arguments{integer_argument(context, node.inputs[0], shape),
                                      integer_argument(context, node.inputs[1], shape),
                                      integer_argument(context, node.inputs[2], shape),
                                      Argument{&zero, nullptr, std::vector<std::int64_t>(shape.size(), 0)}};
    if (node.inputs[3] != graph::kAbsent) {
        arguments[3] = integer_argument(context, node.inputs[3], shape);
    }
    if (context.broken(Deviation::channel_zero_only, id)) {
        for (std::size_t parameter = 1; parameter < arguments.size(); ++parameter) {
            std::fill(arguments[parameter].strides.begin(), arguments[parameter].strides.end(), 0);
        }
    }
    bool overflows = false;
    const FixedPointOp op{std::get<graph::RequantizeFixedPoint>(node.operation), &overflows};
    return evaluate_integers(context, node, arguments, op, overflows);
}

AllowedTensor evaluate_shift_round(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    bool overflows = false;
    const ShiftRoundOp op{static_cast<int>(std::get<graph::ShiftRound>(node.operation).shift), &overflows};
    return evaluate_integers<1>(
        context, node, {integer_argument(context, node.inputs[0], context.tensor(node.output).shape)}, op, overflows);
}

}  // namespace difftest::oracle
