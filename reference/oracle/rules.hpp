#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace difftest::oracle {

/// A point in the reference at which one arithmetic or geometric rule can be broken. The names are those of
/// `difftest list rules`; what each deviation means stands in reference/faults/.
enum class Deviation : std::uint8_t {
    clamp_dropped_mid_chain,
    round_dropped_mid_chain,
    clamp_elided_at_256_levels,
    round_half_away_from_zero,
    round_half_up,
    truncated_store,
    scale_before_quantize,
    levels_instead_of_levels_minus_one,
    wrapped_store,
    channel_zero_only,
    padding_with_raw_zero,
    kernel_flipped,
    dilation_ignored,
    bias_dropped,
    repeated_eltwise_uses_first_parameters,
};

/// Which rules are broken, and at which node. Empty: all rules hold, and the evaluation is the oracle itself.
class Rules {
public:
    Rules() = default;

    void break_rule(Deviation deviation, std::int32_t node) { broken_.push_back({deviation, node}); }
    bool none_broken() const { return broken_.empty(); }
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
