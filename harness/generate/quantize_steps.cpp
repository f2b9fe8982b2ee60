#include "harness/generate/boundary_mode.hpp"
#include "harness/generate/steps.hpp"

#include <algorithm>
#include <cmath>

// Steps between real numbers and integers. Ranges and scales follow the range of the data, then are perturbed.
namespace difftest::harness {
namespace {

using graph::DataType;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

DataType drawn_byte(ChoiceSource& choices) {
    return choices.chance(1, 2) ? DataType::u8 : DataType::s8;
}

std::int64_t channels_of(const Shape& shape) {
    return shape.size() < 2 ? 1 : shape[1];
}

struct OutputRange {
    float lo;
    float hi;
};

/// Where the levels of a fake_quantize go: most often each level to an integer of the type.
OutputRange drawn_output(CaseGrower& grower, std::int64_t levels, DataType type) {
    ChoiceSource& choices = grower.choices();
    const auto top = static_cast<float>(levels - 1);
    const std::int64_t below_zero = levels / 2;
    float lo = type == DataType::s8 ? -static_cast<float>(below_zero) : 0.0F;
    if (type == DataType::s8 && levels == 255) {
        lo = -127.0F;
    }
    switch (choices.weighted({12, 2, 1, 1, 1})) {
        case 0: return {lo, lo + top};
        case 1: return {lo, lo + top * choices.one_of({0.5F, 2.0F, 200.0F / 255.0F})};  // a scale behind the levels
        case 2: return {lo + top, lo};                                                  // inverted
        case 3: return {grower.factor_near(1.0) - 2.0F, grower.factor_near(10.0)};
        default: return {type == DataType::s8 ? -128.0F : 0.0F, type == DataType::s8 ? 127.0F : 255.0F};
    }
}

/// The high end as a whole, or each channel with its own beside a low end that all share.
TensorId output_high_of(CaseGrower& grower, const OutputRange& output, const Shape& shape) {
    ChoiceSource& choices = grower.choices();
    if (!choices.chance(1, 12)) {
        return grower.scalar(output.hi);
    }
    std::vector<float> highs;
    for (std::int64_t channel = 0; channel < channels_of(shape); ++channel) {
        highs.push_back(output.lo + (output.hi - output.lo) * choices.one_of({1.0F, 0.5F, 0.25F}));
    }
    return grower.parameter(highs, shape.size());
}

/// A zero point for `type`: anything in it, its ends at times; nothing when the limits exclude zero points.
TensorId zero_point(CaseGrower& grower, DataType type) {
    ChoiceSource& choices = grower.choices();
    if (!grower.limits().zero_points || type == DataType::s32 || choices.chance(1, 3)) {
        return graph::kAbsent;
    }
    const std::int64_t lo = graph::lowest_of(type);
    const std::int64_t hi = graph::highest_of(type);
    const std::int64_t value = choices.chance(1, 4) ? choices.one_of({lo, hi}) : choices.integer(lo, hi);
    return grower.constant("zp", TensorData(DataType::s32, {}, {static_cast<double>(value)}));
}

/// Positive values for a tensor's channels or as a whole; the equal neighbours of a real network at times.
TensorId scales(CaseGrower& grower, TensorId data, FactorUse use, double magnitude) {
    ChoiceSource& choices = grower.choices();
    const Shape& shape = grower.shape(data);
    const std::int64_t count = choices.chance(1, 2) ? channels_of(shape) : 1;
    std::vector<float> values = drawn_factors(grower, data, use, magnitude, count);
    if (choices.chance(1, 6)) {
        std::fill(values.begin(), values.begin() + static_cast<std::ptrdiff_t>((values.size() + 1) / 2),
                  values.front());
    }
    return grower.parameter(values, shape.size());
}

}  // namespace

bool add_fake_quantize(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape shape = grower.shape(data);
    const ValueRange range = grower.range(data);
    DataType type = drawn_byte(choices);
    std::int64_t levels = choices.one_of<std::int64_t>({256, 256, 256, 256, 255, 255, 128, 16, 2});
    if (choices.chance(1, 10)) {
        levels = choices.integer(2, 256);
    }
    if (choices.chance(1, 8)) {
        type = DataType::f32;
        levels = choices.chance(1, 3) ? choices.one_of<std::int64_t>({1024, 65536, choices.integer(2, 65536)}) : levels;
    }
    // Mostly so that values stay alive; at times the range is tiny or huge beside them.
    const double part =
        choices.chance(1, 24) ? choices.one_of({1e-6, 1e-3, 1e3, 1e6}) : choices.one_of({0.05, 0.2, 0.5, 1.0, 1.5});
    const double width = std::max(range.span(), 1e-3) * part;
    const std::int64_t count = choices.chance(1, 2) ? channels_of(shape) : 1;
    const bool from_zero = choices.chance(1, 3);
    const bool symmetric = !from_zero && choices.chance(1, 3);
    std::vector<float> lo;
    std::vector<float> hi;
    const bool equal_neighbours = choices.chance(1, 8);
    const bool below_zero = choices.chance(1, 24);
    for (std::int64_t i = 0; i < count; ++i) {
        if (equal_neighbours && i % 2 == 1) {
            lo.push_back(lo.back());
            hi.push_back(hi.back());
            continue;
        }
        const float step = grower.factor_near(width);
        const auto anywhere = static_cast<float>(range.lo + range.span() * 0.3) - grower.addend_near(width * 0.3);
        lo.push_back(from_zero ? 0.0F : symmetric ? -step : anywhere);
        hi.push_back(lo.back() + std::max((symmetric ? 2.0F : 1.0F) * step, 1e-4F * std::fabs(lo.back()) + 1e-6F));
        if (below_zero) {
            lo.back() -= hi.back() + step;
            hi.back() = -step;
        }
    }
    if (choices.chance(1, 20)) {
        std::swap(lo, hi);
    }
    const bool collapsed = choices.chance(1, 40);
    if (collapsed) {
        hi = lo;
    }
    const OutputRange output = drawn_output(grower, levels, type);
    // The other form divides by the width of the range.
    const auto form = collapsed || choices.chance(3, 4) ? graph::FakeQuantizeForm::specification
                                                        : graph::FakeQuantizeForm::scale_shift;
    const bool single_low = !collapsed && choices.chance(1, 4);
    const TensorId low =
        grower.parameter(single_low ? std::vector{*std::min_element(lo.begin(), lo.end())} : lo, shape.size());
    const TensorId high = grower.parameter(hi, shape.size());
    const TensorId output_low = grower.scalar(output.lo);
    const TensorId output_high = output_high_of(grower, output, shape);
    grower.node("quant", graph::FakeQuantize{levels, form}, {data, low, high, output_low, output_high}, type);
    return true;
}

bool add_quantize(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const DataType type = choices.chance(1, 12) ? DataType::s32 : drawn_byte(choices);
    const double levels = choices.one_of({30.0, 60.0, 128.0, 128.0, 300.0, 1000.0});
    const TensorId scale = scales(grower, data, FactorUse::divide, grower.range(data).largest() / levels);
    const TensorId zp = zero_point(grower, type);
    const bool before = choices.chance(1, 5);
    grower.node("quantize",
                graph::Quantize{graph::Rounding::half_to_even,
                                before ? graph::ZeroPointSite::before_rounding : graph::ZeroPointSite::after_rounding},
                {data, scale, zp}, type);
    if (type != DataType::s32 && choices.chance(1, 2)) {
        grower.node("dequantize", graph::Dequantize{}, {*grower.current(), scale, zp}, DataType::f32);
    }
    return true;
}

bool add_dequantize(CaseGrower& grower) {
    const TensorId data = *grower.current();
    if (!grower.is_integer(data)) {
        return false;
    }
    const TensorId scale = scales(grower, data, FactorUse::multiply, grower.choices().one_of({0.01, 0.1, 1.0}));
    const TensorId zp = grower.type(data) == DataType::s32 ? graph::kAbsent : zero_point(grower, grower.type(data));
    grower.node("dequantize", graph::Dequantize{}, {data, scale, zp}, DataType::f32);
    return true;
}

bool add_requantize(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const DataType type = drawn_byte(choices);
    const double target = choices.one_of({30.0, 120.0, 200.0, 500.0});
    const TensorId multiplier = scales(grower, data, FactorUse::multiply, target / grower.range(data).largest());
    const TensorId zp = zero_point(grower, type);
    const bool before = choices.chance(1, 5);
    grower.node("requantize",
                graph::Requantize{graph::Rounding::half_to_even, before ? graph::ZeroPointSite::before_rounding
                                                                        : graph::ZeroPointSite::after_rounding},
                {data, multiplier, zp}, type);
    return true;
}

bool add_fixed_point(CaseGrower& grower) {
    using graph::FixedPointRounding;
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    if (grower.type(data) != DataType::s32) {
        return false;
    }
    graph::RequantizeFixedPoint op;
    op.rounding =
        choices.one_of({FixedPointRounding::double_rounding, FixedPointRounding::single_up,
                        FixedPointRounding::single_away, FixedPointRounding::q31, FixedPointRounding::double_up});
    const DataType type = drawn_byte(choices);
    op.lowest = graph::lowest_of(type);
    op.highest = graph::highest_of(type);
    // multiplier * 2^(shift - 31) is about target / largest, with the multiplier in [2^30, 2^31).
    const double factor = choices.one_of({60.0, 150.0, 400.0}) / grower.range(data).largest();
    const int exponent = std::clamp(std::ilogb(factor) + 1, -31, op.rounding == FixedPointRounding::q31 ? 0 : 8);
    const std::int64_t multiplier =
        choices.chance(1, 6) ? std::int64_t{1} << 30 : choices.integer(std::int64_t{1} << 30, 0x7FFFFFFF);
    const TensorId m = grower.constant("multiplier", TensorData(DataType::s32, {}, {static_cast<double>(multiplier)}));
    const TensorId shift = grower.constant("shift", TensorData(DataType::s32, {}, {static_cast<double>(exponent)}));
    grower.node("fixed", op, {data, m, shift, zero_point(grower, type)}, type);
    return true;
}

bool add_shift_round(CaseGrower& grower) {
    const TensorId data = *grower.current();
    if (!grower.is_integer(data)) {
        return false;
    }
    const int bits = std::ilogb(grower.range(data).largest() + 1);
    grower.node("shift", graph::ShiftRound{std::clamp<std::int64_t>(bits - grower.choices().integer(3, 8), 1, 31)},
                {data}, DataType::s32);
    return true;
}

bool add_convert(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const DataType type = choices.one_of({DataType::u8, DataType::s8, DataType::s8, DataType::s32, DataType::f32});
    if (type == grower.type(data)) {
        return false;
    }
    graph::Convert op;
    // Wrapping is meant for integers that a cast cuts off.
    op.overflow = grower.is_integer(data) && graph::is_integer(type) && choices.chance(1, 6)
                      ? graph::Overflow::wrap
                      : graph::Overflow::saturate;
    grower.node("convert", op, {data}, type);
    return true;
}

bool add_half(CaseGrower& grower) {
    const TensorId data = *grower.current();
    const DataType type = grower.choices().chance(1, 2) ? DataType::f16 : DataType::bf16;
    if (!grower.limits().half_types || grower.type(data) == type) {
        return false;
    }
    grower.node("half", graph::Convert{}, {data}, type);
    return true;
}

}  // namespace difftest::harness
