#include "reference/quantize/rounding.hpp"

#include "reference/oracle/elementwise.hpp"

// Quantize, dequantize, requantize and convert (semantics, sections 1.5 and 2.2), in f32:
//
//   quantize    v = x / scale                  requantize  v = f32(acc) * multiplier
//   after_rounding   q = saturate(R(v) + zero_point)
//   before_rounding  q = saturate(R(v + zero_point))
//   dequantize  (q - zero_point) * scale, the difference exact
//   convert     to an integer: saturate(R(x)) or the low bits of R(x); to a floating type: RNE
//
// Rounding and saturation are barriers: what reads the result sees an integer of its type.

namespace difftest::oracle {
namespace {

using graph::Rounding;
using graph::ZeroPointSite;

/// The largest f32 below 2^31: where backends that saturate in f32 stop (semantics, section 2.4, M5).
constexpr double kLargestFloatBelowS32 = 2147483520.0;

/// What lies outside, with or without a zero point, saturates. Within an integer range, and in this one, it makes no
/// difference whether a number is rounded before or after it is saturated.
const quantize::Range kBeyondIntegers(-0x1p40, 0x1p40);

struct QuantizeVariant {
    bool reciprocal;
    Rounding rounding;
    ZeroPointSite site;
    bool saturate_in_float;
};

std::vector<QuantizeVariant> granted_variants(const Context& context, graph::DataType type, bool division,
                                              Rounding rounding, ZeroPointSite site) {
    using contract::Freedom;
    std::vector<QuantizeVariant> variants{{false, rounding, site, false}};
    const auto also = [&](bool granted, auto change) {
        const std::size_t count = granted ? variants.size() : 0;
        for (std::size_t i = 0; i < count; ++i) {
            QuantizeVariant variant = variants[i];
            change(variant);
            variants.push_back(variant);
        }
    };
    const bool free_rounding = context.grants(Freedom::rounding_and_zero_point_site);
    also(division && context.grants(Freedom::reciprocal_division), [](auto& v) { v.reciprocal = true; });
    also(free_rounding, [](auto& v) { v.rounding = Rounding::half_away_from_zero; });
    also(free_rounding, [](auto& v) {
        v.site =
            v.site == ZeroPointSite::after_rounding ? ZeroPointSite::before_rounding : ZeroPointSite::after_rounding;
    });
    also(type == graph::DataType::s32 && context.grants(Freedom::rounded_s32_output),
         [](auto& v) { v.saturate_in_float = true; });
    return variants;
}

/// The deviations that concern the last step: how the real number is rounded and brought into the type.
struct StoreRule {
    std::optional<Rounding> rounding;
    bool wrap = false;
    bool drop_clamp = false;
    bool drop_round = false;
};

StoreRule store_rule(const Context& context, graph::NodeId id) {
    StoreRule rule;
    if (context.broken(Deviation::round_half_away_from_zero, id)) {
        rule.rounding = Rounding::half_away_from_zero;
    } else if (context.broken(Deviation::round_half_up, id)) {
        rule.rounding = Rounding::half_up;
    } else if (context.broken(Deviation::truncated_store, id) ||
               context.broken(Deviation::truncated_intermediate, id)) {
        rule.rounding = Rounding::toward_zero;
    }
    rule.wrap = context.broken(Deviation::wrapped_store, id);
    const bool mid_chain = is_mid_chain(context.graph(), id);
    rule.drop_clamp = mid_chain && context.broken(Deviation::clamp_dropped_mid_chain, id);
    rule.drop_round = mid_chain && context.broken(Deviation::round_dropped_mid_chain, id);
    return rule;
}

/// The last step: what is stored of a real number.
struct IntegerType {
    graph::DataType type;
    quantize::Range range;
    graph::Overflow overflow;
    StoreRule rule;

    IntegerType(graph::DataType of, graph::Overflow on_overflow, const StoreRule& store)
        : type(of), range(of), overflow(on_overflow), rule(store) {}

    double rounded(double v, Rounding rounding) const {
        return rule.drop_round ? v : quantize::round_to_integer(v, rule.rounding.value_or(rounding));
    }

    /// Nothing but rounding half to even and saturation.
    bool is_plain(const QuantizeVariant& variant) const {
        return variant.rounding == Rounding::half_to_even && !variant.saturate_in_float && !rule.rounding &&
               !rule.wrap && !rule.drop_clamp && !rule.drop_round && overflow == graph::Overflow::saturate;
    }

    bool wraps() const { return !rule.drop_clamp && (overflow == graph::Overflow::wrap || rule.wrap); }

    /// What is stored of the integers of an interval where the type wraps: neighbours fall apart at its ends.
    void add_stored(const Interval& integers, SetBuilder& builder) const {
        if (!can_be_wrapped(integers.lo) || !can_be_wrapped(integers.hi)) {
            builder.allow_anything();
            return;
        }
        const double first = quantize::wrap(integers.lo, type);
        const double last = quantize::wrap(integers.hi, type);
        if (integers.hi - integers.lo >= range.highest - range.lowest) {
            builder.add({range.lowest, range.highest});
        } else if (first <= last) {
            builder.add({first, last});
        } else {
            builder.add({first, range.highest});
            builder.add({range.lowest, last});
        }
    }

    static bool can_be_wrapped(double integer) { return std::fabs(integer) < 0x1p62; }

    double stored(double rounded, bool saturate_in_float) const {
        if (std::isnan(rounded) || rule.drop_clamp) {
            return rounded;
        }
        if (wraps()) {
            return can_be_wrapped(rounded) ? quantize::wrap(rounded, type) : std::nan("");
        }
        const double result = quantize::saturate(rounded, range);
        return saturate_in_float ? std::min(result, kLargestFloatBelowS32) : result;
    }
};

/// Quantize and requantize: v = x / factor or x * factor, and the common rest.
struct QuantizeOp {
    bool division;
    std::vector<QuantizeVariant> all;
    IntegerType output;

    int variants() const { return static_cast<int>(all.size()); }

    double before_store(int index, const std::array<double, 3>& arguments) const {
        const QuantizeVariant& variant = all[static_cast<std::size_t>(index)];
        const float v = scaled(variant, arguments);
        return variant.site == ZeroPointSite::before_rounding
                   ? output.rounded(v + static_cast<float>(arguments[2]), variant.rounding)
                   : output.rounded(v, variant.rounding) + arguments[2];
    }

    Interval operator()(int index, const std::array<double, 3>& arguments) const {
        const double k = before_store(index, arguments);
        const double y = output.stored(k, all[static_cast<std::size_t>(index)].saturate_in_float);
        return {y, y};
    }

    bool wraps() const { return output.wraps(); }
    void add_stored(const Interval& integers, SetBuilder& builder) const { output.add_stored(integers, builder); }

    template <class Use>
    void with_function(int index, const Use& use) const {
        const QuantizeVariant variant = all[static_cast<std::size_t>(index)];
        const quantize::Range range = output.range;
        const auto apply = [&](const auto& scale) {
            if (variant.site == ZeroPointSite::before_rounding) {
                use([scale, range](const std::array<double, 3>& arguments) {
                    const float v = scale(arguments) + static_cast<float>(arguments[2]);
                    return quantize::round_half_to_even(quantize::saturate(v, range));
                });
            } else {
                use([scale, range](const std::array<double, 3>& arguments) {
                    const double v = quantize::saturate(scale(arguments), kBeyondIntegers);
                    return quantize::saturate(quantize::round_half_to_even(v) + arguments[2], range);
                });
            }
        };
        if (!output.is_plain(variant)) {
            use([&](const std::array<double, 3>& arguments) { return (*this)(index, arguments).lo; });
        } else if (division && variant.reciprocal) {
            apply([](const auto& a) { return static_cast<float>(a[0]) * (1.0F / static_cast<float>(a[1])); });
        } else if (division) {
            apply([](const auto& a) { return static_cast<float>(a[0]) / static_cast<float>(a[1]); });
        } else {
            apply([](const auto& a) { return static_cast<float>(a[0]) * static_cast<float>(a[1]); });
        }
    }

private:
    float scaled(const QuantizeVariant& variant, const std::array<double, 3>& arguments) const {
        const auto x = static_cast<float>(arguments[0]);
        const auto factor = static_cast<float>(arguments[1]);
        if (!division) {
            return x * factor;
        }
        return variant.reciprocal ? x * (1.0F / factor) : x / factor;
    }
};

struct DequantizeOp {
    int variants() const { return 1; }

    Interval operator()(int /*variant*/, const std::array<double, 3>& arguments) const {
        const double y = value(arguments);
        return {y, y};
    }

    template <class Use>
    void with_function(int /*variant*/, const Use& use) const {
        use(value);
    }

private:
    static double value(const std::array<double, 3>& arguments) {
        return static_cast<float>(arguments[0] - arguments[2]) * static_cast<float>(arguments[1]);
    }
};

struct ConvertOp {
    bool to_integer;
    std::vector<QuantizeVariant> all;
    IntegerType output;

    int variants() const { return static_cast<int>(all.size()); }

    double before_store(int index, const std::array<double, 1>& arguments) const {
        return output.rounded(arguments[0], all[static_cast<std::size_t>(index)].rounding);
    }

    Interval operator()(int index, const std::array<double, 1>& arguments) const {
        const bool saturate_in_float = all[static_cast<std::size_t>(index)].saturate_in_float;
        const double y = to_integer ? output.stored(before_store(index, arguments), saturate_in_float)
                                    : static_cast<float>(arguments[0]);
        return {y, y};
    }

    bool wraps() const { return to_integer && output.wraps(); }
    void add_stored(const Interval& integers, SetBuilder& builder) const { output.add_stored(integers, builder); }

    template <class Use>
    void with_function(int index, const Use& use) const {
        const quantize::Range range = output.range;
        if (to_integer && output.is_plain(all[static_cast<std::size_t>(index)])) {
            use([range](const std::array<double, 1>& arguments) {
                return quantize::round_half_to_even(quantize::saturate(arguments[0], range));
            });
        } else {
            use([&](const std::array<double, 1>& arguments) { return (*this)(index, arguments).lo; });
        }
    }
};

/// data, factor and zero point as arguments; an absent zero point is the constant 0.
std::array<Argument, 3> scaled_arguments(const Context& context, const graph::Node& node, const graph::Shape& shape,
                                         const AllowedTensor& zero, bool channel_zero_only) {
    std::array<Argument, 3> arguments{
        argument_for(context, node.inputs[0], shape), argument_for(context, node.inputs[1], shape),
        node.inputs[2] == graph::kAbsent ? Argument{&zero, nullptr, std::vector<std::int64_t>(shape.size(), 0)}
                                         : argument_for(context, node.inputs[2], shape)};
    if (channel_zero_only) {
        std::fill(arguments[1].strides.begin(), arguments[1].strides.end(), 0);
        std::fill(arguments[2].strides.begin(), arguments[2].strides.end(), 0);
    }
    return arguments;
}

template <class Op>
AllowedTensor evaluate_scaled(const Context& context, graph::NodeId id, const Op& op) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    const AllowedTensor zero(graph::DataType::s32, {});
    const auto arguments =
        scaled_arguments(context, node, output.shape, zero, context.broken(Deviation::channel_zero_only, id));
    return evaluate_elementwise(context, output.type, output.shape, arguments, op);
}

}  // namespace

AllowedTensor evaluate_quantize(const Context& context, graph::NodeId id) {
    const auto& op = std::get<graph::Quantize>(context.node(id).operation);
    const graph::DataType type = context.tensor(context.node(id).output).type;
    return evaluate_scaled(context, id,
                           QuantizeOp{true, granted_variants(context, type, true, op.rounding, op.zero_point_site),
                                      IntegerType(type, graph::Overflow::saturate, store_rule(context, id))});
}

AllowedTensor evaluate_requantize(const Context& context, graph::NodeId id) {
    const auto& op = std::get<graph::Requantize>(context.node(id).operation);
    const graph::DataType type = context.tensor(context.node(id).output).type;
    return evaluate_scaled(context, id,
                           QuantizeOp{false, granted_variants(context, type, false, op.rounding, op.zero_point_site),
                                      IntegerType(type, graph::Overflow::saturate, store_rule(context, id))});
}

AllowedTensor evaluate_dequantize(const Context& context, graph::NodeId id) {
    return evaluate_scaled(context, id, DequantizeOp{});
}

AllowedTensor evaluate_convert(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    const auto& attributes = std::get<graph::Convert>(node.operation);
    const ConvertOp op{
        graph::is_integer(output.type),
        granted_variants(context, output.type, false, attributes.rounding, ZeroPointSite::before_rounding),
        IntegerType(output.type, attributes.overflow, store_rule(context, id))};
    Argument argument = argument_for(context, node.inputs[0], output.shape);
    if (graph::is_integer(output.type)) {
        argument.real_view = nullptr;  // integer to integer: the exact accumulator
    }
    return evaluate_elementwise<1>(context, output.type, output.shape, {argument}, op);
}

}  // namespace difftest::oracle
