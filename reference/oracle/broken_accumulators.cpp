#include "reference/oracle/broken_accumulators.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace difftest::oracle {
namespace {

/// For every element of the result the number of its taps that are connected.
std::vector<std::int64_t> connected_taps(const IntegerOperands& operands) {
    const std::vector<std::int32_t> x(operands.x.size(), 1);
    const std::vector<std::int32_t> w(operands.w.size(), 1);
    return sum_terms<std::int64_t>(operands.contraction, std::span<const std::int32_t>(x),
                                   std::span<const std::int32_t>(w),
                                   [](std::int32_t a, std::int32_t b) { return std::int64_t{a} * b; });
}

/// Taps that are not connected contribute (0 - zx) * w.
void add_raw_zero_padding(const IntegerOperands& operands, std::vector<std::int64_t>& acc) {
    const auto zero_point = [&](std::int64_t channel) { return operands.x_zero_point(channel); };
    const std::vector<std::int64_t> connected = operands.accumulate_constant(zero_point);
    const Accumulation& shape = operands.contraction.shape;
    for (std::size_t i = 0; i < acc.size(); ++i) {
        const std::int64_t o = operands.contraction.result_channel(static_cast<std::int64_t>(i));
        const std::int64_t group = o / shape.outputs_per_group;
        std::int64_t all = 0;
        for (std::int64_t tap = 0; tap < shape.taps(); ++tap) {
            const std::int64_t channel = group * shape.inputs_per_group + tap / shape.window.kernel_size();
            all += std::int64_t{zero_point(channel)} * operands.w[static_cast<std::size_t>(o * shape.taps() + tap)];
        }
        acc[i] -= all - connected[i];
    }
}

/// Where the kernel reaches over the edge, the zero point of the data is not subtracted.
void leave_border_uncompensated(const IntegerOperands& operands, std::vector<std::int64_t>& acc) {
    const std::vector<std::int64_t> compensation =
        operands.accumulate_constant([&](std::int64_t channel) { return operands.x_zero_point(channel); });
    const std::vector<std::int64_t> taps = connected_taps(operands);
    // A deconvolution with a stride has fewer taps everywhere; those in the middle tell how many.
    const std::int64_t all = operands.contraction.shape.transposed ? *std::max_element(taps.begin(), taps.end())
                                                                   : operands.contraction.shape.taps();
    for (std::size_t i = 0; i < acc.size(); ++i) {
        acc[i] += taps[i] < all ? compensation[i] : 0;
    }
}

/// Two neighbouring input channels, whose products are added in s16 (vpmaddubsw).
struct Pair {
    std::int32_t first = 0;
    std::int32_t second = 0;
    friend bool operator==(const Pair&, const Pair&) = default;
};

std::int64_t saturated_sum(const Pair& x, const Pair& w) {
    return std::clamp<std::int64_t>(std::int64_t{x.first} * w.first + std::int64_t{x.second} * w.second, -32768, 32767);
}

/// [outer, channels, inner] as pairs of channels; the last may stand alone. Channels are counted within a group.
std::vector<Pair> paired(const std::vector<std::int32_t>& values, std::int64_t channels, std::int64_t inner) {
    std::vector<Pair> pairs;
    const auto outer = static_cast<std::int64_t>(values.size()) / (channels * inner);
    for (std::int64_t n = 0; n < outer; ++n) {
        for (std::int64_t c = 0; c < channels; c += 2) {
            for (std::int64_t i = 0; i < inner; ++i) {
                const auto at = static_cast<std::size_t>((n * channels + c) * inner + i);
                pairs.push_back({values[at], c + 1 < channels ? values[at + static_cast<std::size_t>(inner)] : 0});
            }
        }
    }
    return pairs;
}

void saturate_pairs(const IntegerOperands& operands, std::vector<std::int64_t>& acc) {
    Contraction halves = operands.contraction;
    const std::int64_t inputs = halves.shape.inputs_per_group;
    const std::vector<Pair> x = paired(operands.x, inputs, halves.shape.input_size());
    const std::vector<Pair> w = paired(operands.w, inputs, halves.shape.window.kernel_size());
    halves.shape.inputs_per_group = (inputs + 1) / 2;
    for (Contraction::Slab& slab : halves.slabs) {
        slab.x = slab.x / inputs * halves.shape.inputs_per_group;
        slab.w = slab.w / inputs * halves.shape.inputs_per_group;
    }
    acc = sum_terms<std::int64_t>(halves, std::span<const Pair>(x), std::span<const Pair>(w), saturated_sum);
}

void sum_in_float(const IntegerOperands& operands, std::vector<std::int64_t>& acc) {
    const std::vector<float> sums = sum_terms<float>(
        operands.contraction, std::span<const std::int32_t>(operands.x), std::span<const std::int32_t>(operands.w),
        [](std::int32_t a, std::int32_t b) { return static_cast<float>(a) * static_cast<float>(b); });
    for (std::size_t i = 0; i < acc.size(); ++i) {  // the bias is added in f32, too, but not yet here
        const std::int64_t bias = operands.bias(static_cast<std::int64_t>(i));
        acc[i] = static_cast<std::int64_t>(sums[i] + static_cast<float>(bias)) - bias;
    }
}

using Position = std::array<std::int64_t, Window::kDims>;

Position position_of(const Window& window, std::int64_t index) {
    const std::int64_t p = index % window.large_size();
    return {p / (window.large[1] * window.large[2]), p / window.large[2] % window.large[1], p % window.large[2]};
}

/// (stride - at % stride) % stride with the remainder of C, which is negative for at < 0: such outputs find no tap.
bool starts_in_wrong_phase(const Window& window, const Position& position) {
    for (std::size_t d = 0; d < Window::kDims; ++d) {
        const std::int64_t at = position[d] + window.pad[d] - (window.kernel[d] - 1) * window.dilation[d];
        if (at < 0 && at % window.stride[d] != 0) {
            return true;
        }
    }
    return false;
}

void break_deconvolution(const IntegerOperands& operands, std::vector<std::int64_t>& acc) {
    const auto& deconvolution = std::get<graph::Deconvolution>(operands.node.operation);
    const Window& window = operands.contraction.shape.window;
    const auto broken = [&](Deviation deviation) { return operands.context.broken(deviation, operands.id); };
    const std::vector<std::int64_t> taps =
        broken(Deviation::deconvolution_gaps_not_cleared) ? connected_taps(operands) : std::vector<std::int64_t>{};
    for (std::size_t i = 0; i < acc.size(); ++i) {
        const Position position = position_of(window, static_cast<std::int64_t>(i));
        if (!taps.empty() && taps[i] == 0 && i > 0) {
            acc[i] = acc[i - 1];
        }
        if (broken(Deviation::deconvolution_start_phase) && starts_in_wrong_phase(window, position)) {
            acc[i] = 0;
        }
        for (std::size_t d = 0;
             broken(Deviation::output_padding_not_computed) && d < deconvolution.output_padding.size(); ++d) {
            const std::size_t at = Window::kDims - deconvolution.output_padding.size() + d;
            acc[i] = position[at] >= window.large[at] - deconvolution.output_padding[d] ? 0 : acc[i];
        }
    }
}

}  // namespace

void break_accumulators(const IntegerOperands& operands, std::vector<std::int64_t>& acc) {
    const auto broken = [&](Deviation deviation) { return operands.context.broken(deviation, operands.id); };
    if (broken(Deviation::pairs_saturate)) {
        saturate_pairs(operands, acc);
    }
    if (broken(Deviation::sums_in_float)) {
        sum_in_float(operands, acc);
    }
    if (broken(Deviation::padding_with_raw_zero)) {
        add_raw_zero_padding(operands, acc);
    }
    if (broken(Deviation::border_without_compensation)) {
        leave_border_uncompensated(operands, acc);
    }
    if (std::holds_alternative<graph::Deconvolution>(operands.node.operation)) {
        break_deconvolution(operands, acc);
    }
}

}  // namespace difftest::oracle
