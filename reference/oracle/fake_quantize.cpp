#include "reference/oracle/elementwise.hpp"
#include "reference/quantize/rounding.hpp"

#include <cmath>
#include <limits>
#include <vector>

// FakeQuantize (semantics, section 1.4). With L levels, input range [il, ih] and output range [ol, oh], in f32:
//
//   specification:  x <= min(il, ih): ol;  x > max(il, ih): oh;  else
//                   k = RNE((x - il) / (ih - il) * (L - 1)),  y = k / (L - 1) * (oh - ol) + ol
//   scale_shift:    is = (L - 1) / (ih - il),  ish = -il * is,  os = (oh - ol) / (L - 1),  osh = ol
//                   k = clamp(RNE(x * is + ish), 0, L - 1),  y = k * os + osh
//
// An integer output type adds saturate(RNE(y)). The rounding and the clamp are a barrier: they are visible in the value
// whatever reads it.

namespace difftest::oracle {
namespace {

using graph::Rounding;
using quantize::round_to_integer;

struct Ranges {
    float il, ih, ol, oh;
};

/// One granted way to evaluate the formulas above.
struct Variant {
    bool scale_shift;
    bool fuse_k;      ///< x * is + ish as one fused multiply-add
    bool fuse_y;      ///< the output's multiply-add fused
    bool clamp_y;     ///< the clamp behind the output scale, as a lowering to post-ops has it
    bool reciprocal;  ///< divisions by constants as multiplications
    Rounding rounding;
};

struct FakeQuantizeOp {
    float top;  ///< L - 1
    graph::DataType type;
    std::vector<Variant> all;
    bool drop_clamp = false;
    bool drop_round = false;
    bool drop_inner_round = false;
    bool round_product = false;  ///< before the output's low end is added
    bool force_scale_shift = false;
    bool shift_is_scale = false;
    bool without_minimum = false;  ///< of a decreasing input range
    bool largest_scale = false;    ///< in the place of infinity
    bool clamp_to_type = false;
    quantize::Range range = quantize::Range(type);

    int variants() const { return static_cast<int>(all.size()); }

    Interval operator()(int index, const std::array<double, 5>& arguments) const {
        const Variant& variant = all[static_cast<std::size_t>(index)];
        const auto x = static_cast<float>(arguments[0]);
        const Ranges r{static_cast<float>(arguments[1]), static_cast<float>(arguments[2]),
                       static_cast<float>(arguments[3]), static_cast<float>(arguments[4])};
        // A decreasing or empty input range has no scale/shift form with the same branches.
        const bool use_scale_shift = (variant.scale_shift || force_scale_shift) && (r.il < r.ih || largest_scale);
        const float y = use_scale_shift ? by_scale_shift(x, r, variant) : by_specification(x, r, variant);
        const double stored = store(y, variant.rounding);
        return {stored, stored};
    }

    /// Where the branches of the specification meet: in a decreasing input range the function jumps from one end of the
    /// output to the other, and in any range the sum at its upper end may be another float than oh.
    std::vector<double> jumps_over(const std::array<Interval, 5>& box) const {
        std::vector<double> jumps;
        if (box[0].lo == box[0].hi) {
            return jumps;
        }
        for (const double end : {box[1].lo, box[1].hi, box[2].lo, box[2].hi}) {
            const auto at = static_cast<float>(end);
            for (const float side : {at, std::nextafter(at, std::numeric_limits<float>::infinity())}) {
                if (box[0].lo < side && side < box[0].hi) {
                    jumps.push_back(side);
                }
            }
        }
        return jumps;
    }

private:
    float round(float v, const Variant& variant) const {
        return drop_round || drop_inner_round ? v : static_cast<float>(round_to_integer(v, variant.rounding));
    }

    /// product * range + ol
    float to_output(float a, float b, const Ranges& r, const Variant& variant) const {
        return round_product ? static_cast<float>(round_to_integer(a * b, variant.rounding)) + r.ol
                             : multiply_add(a, b, r.ol, variant.fuse_y);
    }

    static float finite(float value) {
        constexpr float kLargest = std::numeric_limits<float>::max();
        return std::isnan(value) ? kLargest : std::clamp(value, -kLargest, kLargest);
    }

    static float multiply_add(float a, float b, float c, bool fuse) { return fuse ? std::fmaf(a, b, c) : a * b + c; }

    float by_specification(float x, const Ranges& r, const Variant& variant) const {
        if (!drop_clamp && x <= (without_minimum ? r.il : std::min(r.il, r.ih))) {
            return r.ol;
        }
        if (!drop_clamp && x > (without_minimum ? r.ih : std::max(r.il, r.ih))) {
            return r.oh;
        }
        const float span = r.ih - r.il;
        const float position = variant.reciprocal ? (x - r.il) * (1.0F / span) : (x - r.il) / span;
        const float k = round(position * top, variant);
        const float fraction = variant.reciprocal ? k * (1.0F / top) : k / top;
        return to_output(fraction, r.oh - r.ol, r, variant);
    }

    float by_scale_shift(float x, const Ranges& r, const Variant& variant) const {
        const float exact = top / (r.ih - r.il);
        const float is = largest_scale ? finite(exact) : exact;
        const float ish = shift_is_scale ? is : largest_scale ? finite(-r.il * exact) : -r.il * is;
        const float os = (r.oh - r.ol) / top;
        float k = round(multiply_add(x, is, ish, variant.fuse_k), variant);
        if (drop_clamp) {
            return to_output(k, os, r, variant);
        }
        if (variant.clamp_y) {
            const float y = to_output(k, os, r, variant);
            return std::clamp(y, std::min(r.ol, r.oh), std::max(r.ol, r.oh));
        }
        k = std::clamp(k, 0.0F, top);
        return to_output(k, os, r, variant);
    }

    double store(float y, Rounding mode) const {
        if (!graph::is_integer(type) || std::isnan(y)) {
            return y;
        }
        if (drop_clamp && !clamp_to_type) {
            return drop_round ? y : round_to_integer(y, mode);
        }
        return quantize::saturate(drop_round ? y : round_to_integer(y, mode), range);
    }
};

std::vector<Variant> granted_variants(const Context& context, graph::FakeQuantizeForm form, Rounding rounding) {
    using contract::Freedom;
    const std::vector<bool> off{false};
    const std::vector<bool> both{false, true};
    const auto& fuse = context.grants(Freedom::fused_multiply_add) ? both : off;
    std::vector<Rounding> roundings{rounding};
    if (context.grants(Freedom::rounding_and_zero_point_site)) {
        roundings.push_back(Rounding::half_away_from_zero);
    }
    std::vector<Variant> variants;
    for (const Rounding mode : roundings) {
        for (const bool fuse_y : fuse) {
            if (form == graph::FakeQuantizeForm::specification) {
                for (const bool reciprocal : context.grants(Freedom::reciprocal_division) ? both : off) {
                    variants.push_back({false, false, fuse_y, false, reciprocal, mode});
                }
            }
            if (form == graph::FakeQuantizeForm::scale_shift || context.grants(Freedom::fake_quantize_scale_shift)) {
                for (const bool fuse_k : fuse) {
                    for (const bool clamp_y : context.grants(Freedom::fake_quantize_scale_shift) ? both : off) {
                        variants.push_back({true, fuse_k, fuse_y, clamp_y, false, mode});
                    }
                }
            }
        }
    }
    return variants;
}

Rounding rounding_of(const Context& context, graph::NodeId id) {
    if (context.broken(Deviation::round_half_away_from_zero, id)) {
        return Rounding::half_away_from_zero;
    }
    if (context.broken(Deviation::round_half_up, id)) {
        return Rounding::half_up;
    }
    if (context.broken(Deviation::truncated_store, id) || context.broken(Deviation::truncated_intermediate, id)) {
        return Rounding::toward_zero;
    }
    return Rounding::half_to_even;
}

FakeQuantizeOp make_op(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const auto& attributes = std::get<graph::FakeQuantize>(node.operation);
    const bool off_by_one = context.broken(Deviation::levels_instead_of_levels_minus_one, id);
    FakeQuantizeOp op{static_cast<float>(attributes.levels - (off_by_one ? 0 : 1)), context.tensor(node.output).type,
                      granted_variants(context, attributes.form, rounding_of(context, id))};
    const bool eight_bit = op.type == graph::DataType::u8 || op.type == graph::DataType::s8;
    const bool mid_chain = is_mid_chain(context.graph(), id);
    if (eight_bit && attributes.levels == 256) {
        // The optimisation drops the clamp because "the final store saturates": mid-chain nothing does.
        op.drop_clamp = mid_chain && context.broken(Deviation::clamp_dropped_mid_chain, id);
        if (context.broken(Deviation::clamp_elided_at_256_levels, id)) {
            op.drop_clamp = true;
            op.clamp_to_type = true;
        }
    }
    op.drop_round = eight_bit && mid_chain && context.broken(Deviation::round_dropped_mid_chain, id);
    const auto broken = [&](Deviation deviation) { return context.broken(deviation, id); };
    op.drop_clamp = op.drop_clamp || (mid_chain && broken(Deviation::clamp_dropped_at_inverted_output));
    op.drop_inner_round = broken(Deviation::inner_round_dropped) || broken(Deviation::rounded_behind_zero_point);
    op.round_product = broken(Deviation::rounded_before_output_low);
    op.shift_is_scale = broken(Deviation::shift_replaced_by_scale);
    op.without_minimum = broken(Deviation::inverted_input_without_minimum);
    op.largest_scale = broken(Deviation::empty_input_range_with_largest_scale);
    op.force_scale_shift = op.shift_is_scale || op.largest_scale || broken(Deviation::scale_shift_form);
    return op;
}

}  // namespace

AllowedTensor evaluate_fake_quantize_of(const Context& context, graph::NodeId id, const AllowedTensor& data) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    std::array<Argument, 5> arguments;
    for (std::size_t slot = 0; slot < arguments.size(); ++slot) {
        arguments[slot] = argument_for(context, node.inputs[slot], output.shape);
        if (slot > 0 && context.broken(Deviation::channel_zero_only, id)) {
            std::fill(arguments[slot].strides.begin(), arguments[slot].strides.end(), 0);
        }
    }
    if (&data != arguments[0].tensor) {
        arguments[0] = {&data, nullptr, graph::broadcast_strides(data.shape(), output.shape)};
    }
    return evaluate_elementwise(context, output.type, output.shape, arguments, make_op(context, id));
}

AllowedTensor evaluate_fake_quantize(const Context& context, graph::NodeId id) {
    return evaluate_fake_quantize_of(context, id, context.set_of(context.node(id).inputs[0]));
}

}  // namespace difftest::oracle
