#include "reference/quantize/affine_parameters.hpp"

#include "reference/quantize/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::quantize {
namespace {

constexpr double kLowest = std::numeric_limits<std::int32_t>::min();
constexpr double kHighest = std::numeric_limits<std::int32_t>::max();

double to_even(double x) {
    return round_to_integer(x, graph::Rounding::half_to_even);
}

}  // namespace

AffineParameters affine_parameters(const RealRange& range, const IntegerRange& integers, bool symmetric) {
    double lowest = std::min(range.lowest, 0.0F);
    double highest = std::max(range.highest, 0.0F);
    if (symmetric) {
        highest = std::max(-lowest, highest);
        lowest = -highest;
    }
    const double scale = (highest - lowest) / (static_cast<double>(integers.highest) - integers.lowest);
    if (scale < std::numeric_limits<float>::min()) {
        return {1, 0};
    }
    const double zero_point = symmetric ? to_even((static_cast<double>(integers.lowest) + integers.highest) / 2)
                                        : to_even(integers.lowest - lowest / scale);
    return {static_cast<float>(scale), static_cast<std::int32_t>(zero_point)};
}

std::int32_t quantized(float x, const AffineParameters& parameters, const IntegerRange& integers) {
    const float quotient = x / parameters.scale;
    if (std::isnan(quotient)) {
        return integers.lowest;
    }
    const double level = to_even(quotient) + parameters.zero_point;
    return static_cast<std::int32_t>(saturate(level, Range(integers.lowest, integers.highest)));
}

float dequantized(std::int64_t q, const AffineParameters& parameters) {
    return static_cast<float>(q - parameters.zero_point) * parameters.scale;
}

std::vector<bool> enlarge_weight_scales(std::vector<float>& weight_scales, float input_scale,
                                        std::span<const float> bias) {
    constexpr double kMargin = 1.0001;
    constexpr double kIntegers = 4294967294.0;  // 2^32 - 2: from -(2^31 - 1) to 2^31 - 1
    const auto magnitude = [](float a, float b) { return std::fabs(a) < std::fabs(b); };
    std::vector<bool> enlarged;
    for (std::size_t i = 0; i < weight_scales.size(); ++i) {
        const auto largest = std::max_element(bias.begin(), bias.end(), magnitude);
        const double most = weight_scales.size() > 1 ? std::fabs(bias[i])
                            : largest == bias.end()  ? 0
                                                     : std::fabs(*largest);
        // One channel's bias is an f32 there, and so is its product with the margin.
        const double least = weight_scales.size() > 1 ? static_cast<float>(kMargin) * (2 * static_cast<float>(most))
                                                      : kMargin * (2 * most);
        const double smallest = least / kIntegers;
        const double candidate = static_cast<double>(input_scale) * weight_scales[i];
        enlarged.push_back(candidate > 0 && candidate < smallest);
        if (enlarged.back()) {
            weight_scales[i] = static_cast<float>(weight_scales[i] * (smallest / candidate));
        }
    }
    return enlarged;
}

QuantizedBias quantized_bias(std::span<const float> bias, float input_scale, std::span<const float> weight_scales) {
    QuantizedBias result;
    for (const float scale : weight_scales) {
        result.scales.push_back(input_scale * scale);
    }
    for (std::size_t i = 0; i < bias.size(); ++i) {
        const double level = to_even(static_cast<double>(bias[i]) / result.scales[result.scales.size() > 1 ? i : 0]);
        result.overflowed += level < kLowest || level > kHighest ? 1 : 0;
        result.values.push_back(
            std::isnan(level) ? 0 : static_cast<std::int32_t>(saturate(level, Range(kLowest, kHighest))));
    }
    return result;
}

std::int64_t head_room(std::int32_t bias) {
    return std::min(std::numeric_limits<std::int32_t>::max() - std::int64_t{bias},
                    std::int64_t{bias} - std::numeric_limits<std::int32_t>::min());
}

double signal_to_noise(std::span<const float> x, std::span<const float> y) {
    double signal = 0;
    double noise = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        signal += static_cast<double>(x[i]) * x[i];
        const double difference = static_cast<double>(x[i]) - y[i];
        noise += difference * difference;
    }
    constexpr double kLeast = std::numeric_limits<double>::epsilon();
    return 20 * std::log10(std::max(std::sqrt(signal), kLeast) / std::max(std::sqrt(noise), kLeast));
}

}  // namespace difftest::quantize
