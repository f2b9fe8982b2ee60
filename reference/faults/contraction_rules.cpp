#include "reference/faults/applicability.hpp"
#include "reference/graph/half.hpp"

#include <algorithm>
#include <cmath>

namespace difftest::faults {
namespace {

using oracle::Deviation;

constexpr std::size_t kWeights = 1;
constexpr std::size_t kBias = 2;
constexpr std::size_t kDataZeroPoint = 3;
constexpr std::size_t kWeightsZeroPoint = 4;

bool is_not_zero(double value) {
    return value != 0;
}

template <class Visit>
bool window_satisfies(const Place& place, const Visit& visit) {
    if (const auto* op = place.is<graph::Convolution>()) {
        return visit(*op);
    }
    if (const auto* op = place.is<graph::Deconvolution>()) {
        return visit(*op);
    }
    return false;
}

bool is_window(const Place& place) {
    return window_satisfies(place, [](const auto& /*op*/) { return true; });
}

std::int64_t groups_of(const Place& place) {
    std::int64_t groups = 1;
    window_satisfies(place, [&](const auto& op) {
        groups = op.groups;
        return true;
    });
    return groups;
}

bool kernel_has_extent(const Place& place) {
    const graph::Shape& weights = place.shape(kWeights);
    return std::any_of(weights.begin() + 2, weights.end(), [](std::int64_t k) { return k > 1; });
}

bool has_zero_point(const Place& place) {
    return is_window(place) && place.may_have(kDataZeroPoint, is_not_zero);
}

bool loses_bits_in_half(double value) {
    const float half = graph::from_f16(graph::to_f16(static_cast<float>(value)));
    return static_cast<double>(half) != value;
}

bool is_square(const Place& place) {
    const graph::Shape& b = place.shape(kWeights);
    return b.size() > 1 && b[b.size() - 1] == b[b.size() - 2] && b.back() > 1;
}

bool is_deconvolution(const Place& place, bool (*kind)(const graph::Deconvolution&, const graph::Shape& weights)) {
    const auto* op = place.is<graph::Deconvolution>();
    return op != nullptr && kind(*op, place.shape(kWeights));
}

bool has_even_kernel(const graph::Deconvolution& op, const graph::Shape& weights) {
    return std::all_of(op.strides.begin(), op.strides.end(), [](std::int64_t s) { return s == 1; }) &&
           std::any_of(weights.begin() + 2, weights.end(), [](std::int64_t k) { return k % 2 == 0; });
}

/// Some output lies before the last tap of the first input, out of step with the stride.
bool has_early_outputs(const graph::Deconvolution& op, const graph::Shape& weights) {
    for (std::size_t d = 0; d < op.strides.size(); ++d) {
        if (op.strides[d] > 1 && (weights[2 + d] - 1) * op.dilations[d] > op.pads_begin[d]) {
            return true;
        }
    }
    return false;
}

bool has_gaps(const graph::Deconvolution& op, const graph::Shape& weights) {
    for (std::size_t d = 0; d < op.strides.size(); ++d) {
        if (weights[2 + d] < op.strides[d] || op.dilations[d] > 1) {
            return true;
        }
    }
    return false;
}

bool has_output_padding(const graph::Deconvolution& op, const graph::Shape& /*weights*/) {
    return std::any_of(op.output_padding.begin(), op.output_padding.end(), [](std::int64_t p) { return p > 0; });
}

}  // namespace

std::optional<bool> contraction_rule_applies(Deviation rule, const Place& place) {
    const bool contraction = graph::is_contraction(place.node().operation);
    const bool integer = contraction && graph::is_integer(place.output().type);
    const std::int64_t inputs = is_window(place) ? place.shape(kWeights)[1] : 1;
    switch (rule) {
        case Deviation::padding_with_raw_zero:
        case Deviation::border_without_compensation: return has_zero_point(place);
        case Deviation::zero_point_of_first_channel_only:
            return has_zero_point(place) && place.shape(0)[1] > 1 &&
                   graph::element_count(place.shape(kDataZeroPoint)) == 1;
        case Deviation::small_zero_points_ignored:
            return contraction && place.any(kDataZeroPoint, [](double zero) { return std::fabs(zero) == 1; });
        case Deviation::weights_zero_point_ignored:
            return contraction && place.may_have(kWeightsZeroPoint, is_not_zero);
        case Deviation::negative_weights_cleared:
            return integer && place.may_have(kWeights, [](double weight) { return weight < 0; });
        case Deviation::shift_compensation_missing: return integer && place.tensor(0).type == graph::DataType::s8;
        case Deviation::halved_weights:
            return integer && place.tensor(0).type == graph::DataType::s8 &&
                   place.tensor(kWeights).type == graph::DataType::s8 &&
                   place.may_have(kWeights, [](double weight) { return std::fmod(weight, 2) != 0; });
        case Deviation::pairs_saturate:
            return integer && place.tensor(0).type == graph::DataType::u8 && (!is_window(place) || inputs > 1);
        case Deviation::sums_in_float: return integer;
        case Deviation::transposition_exchanged: return place.is<graph::Matmul>() != nullptr && is_square(place);
        case Deviation::bias_dropped: return contraction && place.has(kBias);
        case Deviation::bias_in_half: return contraction && place.may_have(kBias, loses_bits_in_half);
        default: return std::nullopt;
    }
}

std::optional<bool> geometry_rule_applies(Deviation rule, const Place& place) {
    switch (rule) {
        case Deviation::kernel_flipped: return is_window(place) && kernel_has_extent(place);
        case Deviation::dilation_ignored:
            return window_satisfies(place, [&](const auto& op) {
                return kernel_has_extent(place) &&
                       std::any_of(op.dilations.begin(), op.dilations.end(), [](std::int64_t d) { return d > 1; });
            });
        case Deviation::channels_of_weights_exchanged:
            return is_window(place) && place.shape(kWeights)[1] > 1 &&
                   place.shape(kWeights)[0] == place.shape(kWeights)[1] * groups_of(place);
        case Deviation::groups_read_first_group: return is_window(place) && groups_of(place) > 1;
        case Deviation::input_channels_shifted: return is_window(place) && place.shape(0)[1] > 1;
        case Deviation::last_channel_counted_twice: return is_window(place) && place.shape(kWeights)[1] % 16 != 0;
        case Deviation::deconvolution_padding_shifted: return is_deconvolution(place, has_even_kernel);
        case Deviation::deconvolution_start_phase: return is_deconvolution(place, has_early_outputs);
        case Deviation::deconvolution_gaps_not_cleared: return is_deconvolution(place, has_gaps);
        case Deviation::output_padding_not_computed: return is_deconvolution(place, has_output_padding);
        default: return std::nullopt;
    }
}

}  // namespace difftest::faults
