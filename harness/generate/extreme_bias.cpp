#include "harness/generate/extreme_bias.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace difftest::harness {

using graph::DataType;
using graph::TensorData;

TensorData bias_near_the_ends(CaseGrower& grower, TensorData& weights, bool positive_data) {
    ChoiceSource& choices = grower.choices();
    constexpr double kEnd = std::numeric_limits<std::int32_t>::max();
    constexpr double kLargestDatum = 255 + 255;  // less its zero point
    const std::int64_t channels = weights.shape().front();
    const std::int64_t taps = channels == 0 ? 0 : weights.size() / channels;
    TensorData bias(DataType::s32, {channels});
    for (std::int64_t channel = 0; channel < channels; ++channel) {
        const double sign = choices.chance(1, 2) ? 1 : -1;
        const bool very_end = positive_data && choices.chance(1, 2);
        double largest_sum = 0;
        for (std::int64_t i = channel * taps; i < (channel + 1) * taps; ++i) {
            largest_sum += std::fabs(weights.at(i)) * kLargestDatum;
            if (very_end) {
                weights.set(i, std::clamp(-sign * std::fabs(weights.at(i)), -128.0, 127.0));
            }
        }
        // Some orders of the additions may go beyond s32 where the whole sum does not.
        const double margin = very_end ? 0 : largest_sum * choices.one_of({1.0, 0.5});
        bias.set(channel, sign * (kEnd - std::min(margin, kEnd)));
    }
    return bias;
}

TensorData bias_that_cancels(ChoiceSource& choices, const TensorData& sums) {
    constexpr double kEnd = std::numeric_limits<std::int32_t>::max();
    const graph::Shape& shape = sums.shape();
    const std::int64_t channels = shape[1];
    std::int64_t inner = 1;
    for (std::size_t d = 2; d < shape.size(); ++d) {
        inner *= shape[d];
    }
    std::vector<double> largest(static_cast<std::size_t>(channels), 0);
    for (std::int64_t i = 0; i < sums.size(); ++i) {
        double& each = largest[static_cast<std::size_t>(i / inner % channels)];
        each = std::fabs(sums.at(i)) > std::fabs(each) ? sums.at(i) : each;
    }
    TensorData bias(DataType::s32, {channels});
    for (std::int64_t channel = 0; channel < channels; ++channel) {
        const double rest = static_cast<double>(choices.integer(-3, 3));
        bias.set(channel, std::clamp(rest - largest[static_cast<std::size_t>(channel)], -kEnd, kEnd));
    }
    return bias;
}

}  // namespace difftest::harness
