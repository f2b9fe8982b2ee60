#include "reference/faults/applicability.hpp"

#include <algorithm>
#include <cmath>

namespace difftest::faults {
namespace {

using oracle::Deviation;

constexpr std::size_t kInputLow = 1;
constexpr std::size_t kInputHigh = 2;
constexpr std::size_t kOutputLow = 3;
constexpr std::size_t kOutputHigh = 4;

bool converts_to_integer(const Place& place) {
    const auto* convert = place.is<graph::Convert>();
    return (place.is<graph::Quantize>() != nullptr || place.is<graph::Requantize>() != nullptr || convert != nullptr) &&
           graph::is_integer(place.output().type) && !(convert != nullptr && graph::is_integer(place.tensor(0).type));
}

/// From one integer type into another that does not hold all of it.
bool narrows(const Place& place) {
    return place.is<graph::Convert>() != nullptr && graph::is_integer(place.tensor(0).type) &&
           graph::is_integer(place.output().type) && place.output().type != graph::DataType::s32;
}

/// Averages of integers that are integers again.
bool rounds_an_average(const Place& place) {
    const auto* pooling = place.is<graph::Pooling>();
    const auto* reduction = place.is<graph::Reduction>();
    const auto* resampling = place.is<graph::Resampling>();
    const bool averages = (pooling != nullptr && pooling->algorithm != graph::PoolingAlgorithm::maximum) ||
                          (reduction != nullptr && reduction->algorithm == graph::ReductionAlgorithm::mean) ||
                          (resampling != nullptr && resampling->algorithm == graph::ResamplingAlgorithm::linear);
    return averages && graph::is_integer(place.output().type);
}

bool wraps(const Place& place) {
    const auto* convert = place.is<graph::Convert>();
    return convert != nullptr && convert->overflow == graph::Overflow::wrap;
}

/// (oh - ol) / (L - 1) of ranges that are constants; the first channel speaks for all.
std::optional<double> output_step(const Place& place, const graph::FakeQuantize& op) {
    if (!place.is_constant(kOutputLow) || !place.is_constant(kOutputHigh)) {
        return std::nullopt;
    }
    const double low = place.value().data_of(place.node().inputs[kOutputLow]).at(0);
    const double high = place.value().data_of(place.node().inputs[kOutputHigh]).at(0);
    return (high - low) / static_cast<double>(op.levels - 1);
}

bool is_inverted(const Place& place, std::size_t low, std::size_t high) {
    if (!place.is_constant(low) || !place.is_constant(high)) {
        return false;
    }
    const graph::TensorData& a = place.value().data_of(place.node().inputs[low]);
    const graph::TensorData& b = place.value().data_of(place.node().inputs[high]);
    for (std::int64_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        if (a.at(i % a.size()) > b.at(i % b.size())) {
            return true;
        }
    }
    return false;
}

bool is_empty(const Place& place, std::size_t low, std::size_t high) {
    const graph::TensorData& a = place.value().data_of(place.node().inputs[low]);
    const graph::TensorData& b = place.value().data_of(place.node().inputs[high]);
    for (std::int64_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        if (a.at(i % a.size()) == b.at(i % b.size())) {
            return true;
        }
    }
    return false;
}

bool has_constant_input_range(const Place& place) {
    return place.is_constant(kInputLow) && place.is_constant(kInputHigh);
}

std::optional<bool> fake_quantize_rule_applies(Deviation rule, const Place& place) {
    const auto* op = place.is<graph::FakeQuantize>();
    const bool integer = graph::is_integer(place.output().type);
    const std::optional<double> step = op == nullptr ? std::nullopt : output_step(place, *op);
    switch (rule) {
        case Deviation::clamp_elided_at_256_levels:
            return op != nullptr && op->levels == 256 && place.is_eight_bit(place.output());
        case Deviation::clamp_dropped_at_inverted_output:
            return op != nullptr && place.is_mid_chain() &&
                   (is_inverted(place, kOutputLow, kOutputHigh) || place.axis_of(kOutputLow).has_value() ||
                    place.axis_of(kOutputHigh).has_value());
        case Deviation::inner_round_dropped: return op != nullptr && integer && step && *step != 1;
        case Deviation::rounded_before_output_low: return op != nullptr && step && *step != 1;
        case Deviation::rounded_behind_zero_point:
            return op != nullptr && integer && step && *step == 1 &&
                   place.any(kOutputLow, [](double low) { return std::fmod(low, 2) != 0; });
        case Deviation::scale_shift_form: return op != nullptr && op->form == graph::FakeQuantizeForm::specification;
        case Deviation::shift_replaced_by_scale: return op != nullptr && has_constant_input_range(place);
        case Deviation::input_range_exchanged:
        case Deviation::output_range_exchanged:
        case Deviation::levels_instead_of_levels_minus_one: return op != nullptr;
        case Deviation::inverted_input_without_minimum:
            return op != nullptr && is_inverted(place, kInputLow, kInputHigh);
        case Deviation::empty_input_range_with_largest_scale:
            return op != nullptr && has_constant_input_range(place) && is_empty(place, kInputLow, kInputHigh);
        case Deviation::output_high_like_output_low:
            return op != nullptr && place.scalar(kOutputLow) && place.axis_of(kOutputHigh).has_value();
        case Deviation::output_low_missing_at_zero_high:
            return op != nullptr && place.scalar(kOutputHigh) == 0.0 && place.is_constant(kOutputLow) &&
                   place.any(kOutputLow, [](double low) { return low != 0; });
        default: return std::nullopt;
    }
}

bool has_zero_point(const Place& place) {
    return place.may_have(2, [](double zero_point) { return zero_point != 0; });
}

}  // namespace

std::optional<bool> quantization_rule_applies(Deviation rule, const Place& place) {
    if (const auto applies = fake_quantize_rule_applies(rule, place)) {
        return applies;
    }
    const auto* fake_quantize = place.is<graph::FakeQuantize>();
    const bool eight_bit = place.is_eight_bit(place.output());
    const bool to_integer = converts_to_integer(place);
    const bool rounds = fake_quantize != nullptr || to_integer || rounds_an_average(place);
    switch (rule) {
        case Deviation::clamp_dropped_mid_chain:
            return place.is_mid_chain() && ((fake_quantize != nullptr && fake_quantize->levels == 256 && eight_bit) ||
                                            (to_integer && !wraps(place)));
        case Deviation::round_dropped_mid_chain:
            return place.is_mid_chain() && ((fake_quantize != nullptr && eight_bit) || to_integer);
        case Deviation::round_half_away_from_zero:
        case Deviation::round_half_up: return rounds;
        case Deviation::truncated_store: return rounds && !place.is_mid_chain();
        case Deviation::truncated_intermediate: return rounds && place.is_mid_chain();
        case Deviation::wrapped_store: return (to_integer || narrows(place)) && !wraps(place);
        case Deviation::saturated_instead_of_wrapped: return (to_integer || narrows(place)) && wraps(place);
        case Deviation::zero_point_site_exchanged:
            return (place.is<graph::Quantize>() != nullptr || place.is<graph::Requantize>() != nullptr) &&
                   has_zero_point(place);
        case Deviation::zero_point_subtracted_behind_scale:
            return place.is<graph::Dequantize>() != nullptr && has_zero_point(place);
        default: return std::nullopt;
    }
}

}  // namespace difftest::faults
