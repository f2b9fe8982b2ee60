#include "reference/faults/applicability.hpp"
#include "reference/oracle/broken_values.hpp"

#include <algorithm>

namespace difftest::faults {
namespace {

using oracle::Deviation;

/// What has kernels with blocks of channels or images.
bool is_blocked(const Place& place) {
    return place.is<graph::Convolution>() != nullptr || place.is<graph::Deconvolution>() != nullptr ||
           place.is<graph::Pooling>() != nullptr;
}

bool has_pads(const graph::Pooling& pooling) {
    const auto positive = [](std::int64_t pad) { return pad > 0; };
    return std::any_of(pooling.pads_begin.begin(), pooling.pads_begin.end(), positive) ||
           std::any_of(pooling.pads_end.begin(), pooling.pads_end.end(), positive);
}

}  // namespace

std::optional<bool> tail_rule_applies(Deviation rule, const Place& place) {
    const auto* pooling = place.is<graph::Pooling>();
    const auto* resampling = place.is<graph::Resampling>();
    switch (rule) {
        case Deviation::channel_tail_not_stored:
        case Deviation::channel_tail_from_block_before:
            return is_blocked(place) && oracle::block_with_rest(place.output().shape[1]) != 0;
        case Deviation::batch_tail_not_stored:
            return is_blocked(place) && oracle::block_with_rest(place.output().shape[0]) != 0;
        case Deviation::concat_at_offset_zero: return place.is<graph::Concat>() != nullptr && place.has(1);
        case Deviation::average_divisor_exchanged:
            return pooling != nullptr && pooling->algorithm != graph::PoolingAlgorithm::maximum && has_pads(*pooling);
        case Deviation::maximum_padded_with_zero:
            return pooling != nullptr && pooling->algorithm == graph::PoolingAlgorithm::maximum && has_pads(*pooling);
        case Deviation::nearest_without_half_pixel:
            return resampling != nullptr && resampling->algorithm == graph::ResamplingAlgorithm::nearest;
        default: return std::nullopt;
    }
}

}  // namespace difftest::faults
