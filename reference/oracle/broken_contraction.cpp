#include "reference/graph/half.hpp"
#include "reference/oracle/broken_node.hpp"
#include "reference/oracle/sloppy_products.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

// Faults in what a contraction reads: repacked weights, compensations, channel offsets. Slots: data, weights, bias,
// zero point of the data, zero point of the weights.

namespace difftest::oracle {
namespace {

constexpr std::size_t kData = 0;
constexpr std::size_t kWeights = 1;
constexpr std::size_t kBias = 2;
constexpr std::size_t kDataZeroPoint = 3;
constexpr std::size_t kWeightsZeroPoint = 4;

std::int64_t groups_of(BrokenNode& node) {
    if (const auto* convolution = node.is<graph::Convolution>()) {
        return convolution->groups;
    }
    const auto* deconvolution = node.is<graph::Deconvolution>();
    return deconvolution == nullptr ? 1 : deconvolution->groups;
}

/// The data [N, C, ...] with channel source(c) in the place of channel c.
template <class Source>
AllowedTensor with_channels(const AllowedTensor& data, const Source& source) {
    const std::int64_t channels = data.shape()[1];
    const std::int64_t size = data.size() / (data.shape()[0] * channels);
    return gathered(data, data.shape(), [&](std::int64_t i) {
        const std::int64_t image = i / (channels * size);
        return (image * channels + source(i / size % channels)) * size + i % size;
    });
}

void break_channels(BrokenNode& node) {
    if (node.broken(Deviation::groups_read_first_group)) {
        const std::int64_t in_group = node.tensor(kData).shape[1] / groups_of(node);
        node.replace(kData, with_channels(node.operand(kData), [=](std::int64_t c) { return c % in_group; }));
    }
    if (node.broken(Deviation::input_channels_shifted)) {
        const std::int64_t channels = node.tensor(kData).shape[1];
        node.replace(kData, with_channels(node.operand(kData), [=](std::int64_t c) { return (c + 1) % channels; }));
    }
}

/// Weights [O, I, kernel...] with the output channels of a group in the place of its input channels.
AllowedTensor with_exchanged_channels(const AllowedTensor& weights, std::int64_t groups) {
    const std::int64_t inputs = weights.shape()[1];
    const std::int64_t outputs = weights.shape()[0] / groups;
    const std::int64_t kernel = weights.size() / (weights.shape()[0] * inputs);
    return gathered(weights, weights.shape(), [=](std::int64_t i) {
        const std::int64_t group = i / (kernel * inputs * outputs);
        const std::int64_t o = i / (kernel * inputs) % outputs;
        const std::int64_t c = i / kernel % inputs;
        return ((group * outputs + c) * inputs + o) * kernel + i % kernel;
    });
}

/// The padding of a block of channels holds what the last channel holds, and so do its weights.
AllowedTensor with_last_channel_twice(const AllowedTensor& weights) {
    const std::int64_t inputs = weights.shape()[1];
    const std::int64_t kernel = weights.size() / (weights.shape()[0] * inputs);
    AllowedTensor result = weights;
    for (std::int64_t i = 0; i < weights.size(); ++i) {
        if (i / kernel % inputs == inputs - 1) {
            result.set_point(i, 2 * weights.point(i));
        }
    }
    return result;
}

void break_weights(BrokenNode& node) {
    const graph::DataType type = node.tensor(kWeights).type;
    const auto replace = [&](double (*function)(double)) {
        node.replace(kWeights, mapped(node.operand(kWeights), type, function));
    };
    if (node.broken(Deviation::negative_weights_cleared)) {
        replace([](double weight) -> double { return std::max(weight, 0.0); });
    }
    if (node.broken(Deviation::halved_weights)) {
        replace([](double weight) -> double { return doubled_half(static_cast<std::int32_t>(weight)); });
    }
    if (node.broken(Deviation::channels_of_weights_exchanged)) {
        node.replace(kWeights, with_exchanged_channels(node.operand(kWeights), groups_of(node)));
    }
    if (node.broken(Deviation::last_channel_counted_twice)) {
        node.replace(kWeights, with_last_channel_twice(node.operand(kWeights)));
    }
    if (node.broken(Deviation::weights_zero_point_ignored)) {
        node.drop(kWeightsZeroPoint);
    }
}

/// A scalar zero point as if it stood in a table of which only the first entry was filled.
AllowedTensor in_first_channel(const AllowedTensor& zero_point, std::int64_t channels) {
    AllowedTensor result(graph::DataType::s32, {channels});
    for (std::int64_t c = 0; c < channels; ++c) {
        result.set_point(c, c == 0 ? zero_point.point(0) : 0);
    }
    return result;
}

void break_zero_points(BrokenNode& node) {
    if (!node.has(kDataZeroPoint)) {
        return;
    }
    if (node.broken(Deviation::zero_point_of_first_channel_only)) {
        const AllowedTensor& zero_point = node.operand(kDataZeroPoint);
        node.replace(kDataZeroPoint, in_first_channel(zero_point, node.tensor(kData).shape[1]));
    }
    if (node.broken(Deviation::small_zero_points_ignored)) {
        node.replace(kDataZeroPoint, mapped(node.operand(kDataZeroPoint), graph::DataType::s32,
                                            [](double value) -> double { return std::fabs(value) < 2 ? 0 : value; }));
    }
}

}  // namespace

void break_contraction(BrokenNode& node) {
    if (!graph::is_contraction(node.operation())) {
        return;
    }
    break_channels(node);
    break_weights(node);
    break_zero_points(node);
    if (node.broken(Deviation::shift_compensation_missing)) {
        node.replace(kData, mapped(node.operand(kData), graph::DataType::s32,
                                   [](double value) -> double { return value + 128; }));
    }
    if (node.broken(Deviation::bias_in_half) && node.has(kBias)) {
        node.replace(kBias, mapped(node.operand(kBias), node.tensor(kBias).type, [](double value) -> double {
                         const double half = graph::from_f16(graph::to_f16(static_cast<float>(value)));
                         return std::isfinite(half) ? half : std::copysign(65504.0, value);
                     }));
    }
}

}  // namespace difftest::oracle
