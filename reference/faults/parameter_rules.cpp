#include "reference/faults/applicability.hpp"
#include "reference/graph/half.hpp"
#include "reference/oracle/broken_values.hpp"

#include <algorithm>
#include <cmath>

namespace difftest::faults {
namespace {

using oracle::Deviation;

bool loses_decimals(double value) {
    const auto single = static_cast<float>(value);
    return !std::isnan(single) && oracle::with_six_decimals(single) != single;
}

bool is_subnormal(double value) {
    return value != 0 && std::fabs(value) < 0x1p-126;
}

bool is_negative_infinity(double value) {
    return std::isinf(value) && value < 0;
}

bool loses_bits_in_half(double value) {
    return graph::from_f16(graph::to_f16(static_cast<float>(value))) != static_cast<float>(value);
}

bool has_float_parameter(const Place& place, bool (*kind)(double)) {
    return place.any_parameter(
        [&](std::size_t slot) { return place.tensor(slot).type == graph::DataType::f32 && place.any(slot, kind); });
}

bool has_eltwise_parameter(const Place& place, bool (*kind)(double)) {
    const auto* eltwise = place.is<graph::Eltwise>();
    return eltwise != nullptr && (kind(eltwise->alpha) || kind(eltwise->beta));
}

bool has_several_values(const Place& place, std::size_t slot) {
    const graph::TensorData& data = place.value().data_of(place.node().inputs[slot]);
    return data.size() > 1 && place.any(slot, [first = data.at(0)](double value) { return value != first; });
}

bool has_channel_parameter(const Place& place) {
    return place.is<graph::Dequantize>() == nullptr && place.is<graph::Sum>() == nullptr &&
           place.any_parameter(
               [&](std::size_t slot) { return graph::element_count(place.shape(slot)).value_or(0) > 1; });
}

/// Whether the parameters could lie along another dimension of the result.
bool fits_along(const Place& place, std::size_t slot, std::size_t to) {
    const auto from = place.axis_of(slot);
    return from && *from != to && place.output().shape[to] == graph::element_count(place.shape(slot)) &&
           has_several_values(place, slot);
}

bool fits_across_permutation(const Place& place, std::size_t slot) {
    const graph::Node* producer = place.producer_of<graph::Permute>(0);
    if (producer == nullptr) {
        return false;
    }
    const std::vector<std::int64_t>& order = std::get<graph::Permute>(producer->operation).order;
    const auto channels = std::find(order.begin(), order.end(), 1);
    return channels != order.end() && place.axis_of(slot) == std::size_t{1} &&
           fits_along(place, slot, static_cast<std::size_t>(channels - order.begin()));
}

bool is_shared(const Place& place, std::size_t slot) {
    return place.value().graph.consumers_of(place.node().inputs[slot]).size() > 1 &&
           place.tensor(slot).type == graph::DataType::f32 &&
           place.any(slot, [](double value) { return value != 1 && value != 0; });
}

/// A factor behind a quantize.
bool scales_a_quantized_value(const Place& place) {
    const auto* binary = place.is<graph::Binary>();
    return binary != nullptr && binary->algorithm == graph::BinaryAlgorithm::multiply && place.is_constant(1) &&
           place.producer_of<graph::FakeQuantize>(0) != nullptr;
}

}  // namespace

std::optional<bool> parameter_rule_applies(Deviation rule, const Place& place) {
    switch (rule) {
        case Deviation::constants_with_six_decimals:
            return has_float_parameter(place, loses_decimals) || has_eltwise_parameter(place, loses_decimals);
        case Deviation::subnormal_constants_flushed: return has_float_parameter(place, is_subnormal);
        case Deviation::infinite_bound_loses_sign:
            return has_float_parameter(place, is_negative_infinity) ||
                   has_eltwise_parameter(place, is_negative_infinity);
        case Deviation::folded_constant_in_half:
            return scales_a_quantized_value(place) && place.any(1, loses_bits_in_half);
        case Deviation::channel_parameters_along_last_axis:
            return place.any_parameter([&](std::size_t slot) {
                return place.output().shape.size() > 2 && place.axis_of(slot) == std::size_t{1} &&
                       fits_along(place, slot, place.output().shape.size() - 1);
            });
        case Deviation::parameters_across_permutation:
            return place.any_parameter([&](std::size_t slot) { return fits_across_permutation(place, slot); });
        case Deviation::channel_zero_only: return has_channel_parameter(place);
        case Deviation::channel_tail_of_parameters:
            return place.any_parameter([&](std::size_t slot) {
                return place.axis_of(slot) == std::size_t{1} &&
                       graph::element_count(place.shape(slot)).value_or(0) % 8 != 0;
            });
        case Deviation::shared_constant_applied_twice:
            return place.any_parameter([&](std::size_t slot) { return is_shared(place, slot); });
        default: return std::nullopt;
    }
}

}  // namespace difftest::faults
