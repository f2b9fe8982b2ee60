#include "reference/oracle/elementwise.hpp"
#include "reference/quantize/rounding.hpp"

// The sum post-op (semantics, sections 1.1 and 2.2): what is computed is added to what was there before,
//
//   data + scale * (f32(previous) - f32(zero_point))
//
// every operation rounded to f32. With F2 either product may be contracted with the sum: scale * (...), or the one of
// which data is the result. The bytes of `previous` may be read as the other 8-bit type.

namespace difftest::oracle {
namespace {

double shifted(const graph::Sum& op, double previous) {
    return static_cast<float>(previous) - static_cast<float>(op.zero_point);
}

/// data, previous
struct SumOp {
    graph::Sum attributes;
    bool fused_multiply_add;

    int variants() const { return fused_multiply_add ? 2 : 1; }

    Interval operator()(int variant, const std::array<double, 2>& arguments) const {
        const auto data = static_cast<float>(arguments[0]);
        const auto old = static_cast<float>(shifted(attributes, arguments[1]));
        const double y = variant == 1 ? std::fmaf(attributes.scale, old, data) : data + attributes.scale * old;
        return {y, y};
    }
};

/// a * b + the scaled previous value with one rounding
struct ContractedSumOp {
    graph::Sum attributes;

    int variants() const { return 1; }

    Interval operator()(int /*variant*/, const std::array<double, 3>& arguments) const {
        const float addend = attributes.scale * static_cast<float>(shifted(attributes, arguments[2]));
        const double y = std::fmaf(static_cast<float>(arguments[0]), static_cast<float>(arguments[1]), addend);
        return {y, y};
    }
};

/// The same bytes in the other 8-bit type. A set may fall apart: {-1, 0} of s8 is {0} and {255} of u8.
AllowedTensor reinterpreted(const AllowedTensor& tensor, graph::DataType type) {
    AllowedTensor result(type, tensor.shape());
    for (std::int64_t index = 0; index < tensor.size(); ++index) {
        if (tensor.is_point(index)) {
            result.set_point(index, quantize::wrap(tensor.point(index), type));
            continue;
        }
        const AllowedSet set = tensor.at(index);
        SetBuilder builder;
        for (const Interval& part : set.intervals) {
            for (double value = part.lo; value <= part.hi; ++value) {
                const double same_bits = quantize::wrap(value, type);
                builder.add(Interval{same_bits, same_bits});
            }
        }
        bool widened = false;
        AllowedSet other = builder.build(widened);
        other.unconstrained = set.unconstrained;
        result.set(index, std::move(other));
    }
    return result;
}

}  // namespace

AllowedTensor evaluate_sum(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    const auto& op = std::get<graph::Sum>(node.operation);
    Argument previous = argument_for(context, node.inputs[1], output.shape);
    AllowedTensor other;
    if (op.reinterpretation != graph::Reinterpretation::none) {
        const bool is_signed = op.reinterpretation == graph::Reinterpretation::s8;
        other = reinterpreted(*previous.tensor, is_signed ? graph::DataType::s8 : graph::DataType::u8);
        previous.tensor = &other;
    }
    const bool fuse = context.grants(contract::Freedom::fused_multiply_add);
    AllowedTensor result =
        evaluate_elementwise<2>(context, output.type, output.shape,
                                {argument_for(context, node.inputs[0], output.shape), previous}, SumOp{op, fuse});
    if (const auto factors = fuse ? product_factors_of(context, node.inputs[0]) : std::nullopt) {
        merge_into(context, result,
                   evaluate_elementwise<3>(context, output.type, output.shape,
                                           {argument_for(context, factors->a, output.shape),
                                            argument_for(context, factors->b, output.shape), previous},
                                           ContractedSumOp{op}));
    }
    return result;
}

}  // namespace difftest::oracle
