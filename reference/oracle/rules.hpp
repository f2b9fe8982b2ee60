#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace difftest::oracle {

/// A point in the reference at which one arithmetic or geometric rule can be broken. The names are those of
/// `difftest list rules`; what each deviation means stands in reference/faults/.
enum class Deviation : std::uint8_t {
    // quantization
    clamp_dropped_mid_chain,
    round_dropped_mid_chain,
    clamp_dropped_at_inverted_output,
    clamp_elided_at_256_levels,
    inner_round_dropped,
    round_half_away_from_zero,
    round_half_up,
    truncated_store,
    truncated_intermediate,
    rounded_before_output_low,
    rounded_behind_zero_point,
    scale_shift_form,
    wrapped_store,
    saturated_instead_of_wrapped,
    shift_replaced_by_scale,
    input_range_exchanged,
    output_range_exchanged,
    inverted_input_without_minimum,
    empty_input_range_with_largest_scale,
    levels_instead_of_levels_minus_one,
    output_low_missing_at_zero_high,
    zero_point_site_exchanged,
    zero_point_subtracted_behind_scale,
    // parameters
    constants_with_six_decimals,
    channel_parameters_along_last_axis,
    channel_zero_only,
    output_high_like_output_low,
    channel_tail_of_parameters,
    parameters_across_permutation,
    subnormal_constants_flushed,
    infinite_bound_loses_sign,
    folded_constant_in_half,
    shared_constant_applied_twice,
    // order of operations and types in between
    scale_before_quantize,
    scale_before_relu,
    scale_of_addend_only,
    activation_behind_conversion,
    result_in_type_of_first_operand,
    half_intermediate,
    clip_bounds_wrapped,
    repeated_eltwise_uses_first_parameters,
    comparison_boundary_exchanged,
    // addends
    addend_in_other_layout,
    addend_reinterpreted,
    addend_accumulates,
    second_addend_is_first,
    addend_of_first_image,
    addend_zero_point_ignored,
    addend_scale_ignored,
    // contractions
    padding_with_raw_zero,
    border_without_compensation,
    zero_point_of_first_channel_only,
    small_zero_points_ignored,
    weights_zero_point_ignored,
    negative_weights_cleared,
    shift_compensation_missing,
    halved_weights,
    pairs_saturate,
    sums_in_float,
    kernel_flipped,
    channels_of_weights_exchanged,
    transposition_exchanged,
    dilation_ignored,
    deconvolution_padding_shifted,
    deconvolution_start_phase,
    deconvolution_gaps_not_cleared,
    output_padding_not_computed,
    groups_read_first_group,
    input_channels_shifted,
    last_channel_counted_twice,
    bias_dropped,
    bias_in_half,
    // tails and other operations
    channel_tail_not_stored,
    channel_tail_from_block_before,
    batch_tail_not_stored,
    concat_at_offset_zero,
    average_divisor_exchanged,
    maximum_padded_with_zero,
    nearest_without_half_pixel,
};

/// Which rules are broken, and at which node. Empty: all rules hold, and the evaluation is the oracle itself.
class Rules {
public:
    Rules() = default;

    void break_rule(Deviation deviation, std::int32_t node) { broken_.push_back({deviation, node}); }
    bool none_broken() const { return broken_.empty(); }
    bool any_broken_at(std::int32_t node) const {
        return std::any_of(broken_.begin(), broken_.end(), [node](const Entry& entry) { return entry.node == node; });
    }
    bool broken(Deviation deviation, std::int32_t node) const {
        for (const Entry& entry : broken_) {
            if (entry.deviation == deviation && entry.node == node) {
                return true;
            }
        }
        return false;
    }

private:
    struct Entry {
        Deviation deviation;
        std::int32_t node;
    };
    std::vector<Entry> broken_;
};

}  // namespace difftest::oracle
