#include "reference/oracle/accumulate.hpp"
#include "reference/oracle/set_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

// Convolution and deconvolution (semantics, section 2.2) with zero points zx, zw and an s32 bias b:
//
//   convolution     acc[n, o, p] = b[o] + sum_{i, k} (x[n, i, p*s - pad + k*d] - zx[i]) * (w[o, i, k] - zw[o])
//   deconvolution   acc[n, o, p] = b[o] + sum_{i, k : p + pad - k*d = q*s} (x[n, i, q] - zx[i]) * (w[o, i, k] - zw[o])
//
// Taps outside the input, and the holes between the strides of a deconvolution, contribute real zero: they are left
// out. The accumulator is an exact integer. What may differ is how a backend brings it to f32 (freedoms F5, F9, F14).

namespace difftest::oracle {
namespace {

constexpr std::int64_t kLargestS32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kExactInFloat = std::int64_t{1} << 24;

std::vector<std::int32_t> points_as_integers(const AllowedTensor& tensor) {
    std::vector<std::int32_t> values(static_cast<std::size_t>(tensor.size()));
    for (std::int64_t i = 0; i < tensor.size(); ++i) {
        values[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(tensor.point(i));
    }
    return values;
}

/// The value of an optional per-channel s32 tensor; a scalar serves all channels, an absent one is 0.
std::int32_t channel_value(const Context& context, graph::TensorId id, std::int64_t channel) {
    if (id == graph::kAbsent) {
        return 0;
    }
    const AllowedTensor& tensor = context.set_of(id);
    return static_cast<std::int32_t>(tensor.point(tensor.size() == 1 ? 0 : channel));
}

/// Everything that the integers of one node depend on.
struct Operands {
    const Context& context;
    graph::NodeId id;
    const graph::Node& node;
    Accumulation shape;
    std::vector<std::int32_t> x;  ///< without zero point
    std::vector<std::int32_t> w;  ///< without zero point

    Operands(const Context& in, graph::NodeId node_id)
        : context(in),
          id(node_id),
          node(in.node(node_id)),
          shape(accumulation_of(in, node_id)),
          x(points_as_integers(in.set_of(node.inputs[0]))),
          w(points_as_integers(in.set_of(node.inputs[1]))) {
        const auto size = static_cast<std::size_t>(shape.input_size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto channel = static_cast<std::int64_t>(i / size) % shape.input_channels();
            x[i] -= channel_value(context, node.inputs[3], channel);
        }
        const auto per_output = static_cast<std::size_t>(shape.taps());
        for (std::size_t i = 0; i < w.size(); ++i) {
            w[i] -= channel_value(context, node.inputs[4], static_cast<std::int64_t>(i / per_output));
        }
    }

    std::int64_t bias(std::int64_t index) const {
        if (context.broken(Deviation::bias_dropped, id)) {
            return 0;
        }
        return channel_value(context, node.inputs[2], index / shape.output_size() % shape.output_channels());
    }

    /// sum over the connected taps of value[i] * w: what a constant input of that value per channel would give.
    template <class ChannelValue>
    std::vector<std::int64_t> accumulate_constant(const ChannelValue& value) const {
        std::vector<std::int32_t> constant(x.size());
        const auto size = static_cast<std::size_t>(shape.input_size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            constant[i] = value(static_cast<std::int64_t>(i / size) % shape.input_channels());
        }
        return accumulate(shape, constant, w);
    }

    std::vector<std::int64_t> accumulate_magnitudes() const {
        std::vector<std::int32_t> magnitude_x = x;
        std::vector<std::int32_t> magnitude_w = w;
        for (std::int32_t& value : magnitude_x) {
            value = std::abs(value);
        }
        for (std::int32_t& value : magnitude_w) {
            value = std::abs(value);
        }
        return accumulate(shape, magnitude_x, magnitude_w);
    }
};

std::int64_t largest_magnitude(const std::vector<std::int32_t>& values) {
    std::int64_t largest = 0;
    for (const std::int32_t value : values) {
        largest = std::max(largest, std::abs(static_cast<std::int64_t>(value)));
    }
    return largest;
}

AllowedSet unconstrained() {
    return {{}, false, true};
}

/// What the fault "padding with raw zero" adds: taps that are not connected contribute (0 - zx) * w.
void add_raw_zero_padding(const Operands& operands, std::vector<std::int64_t>& acc) {
    const auto zero_point = [&](std::int64_t channel) {
        return channel_value(operands.context, operands.node.inputs[3], channel);
    };
    const std::vector<std::int64_t> connected = operands.accumulate_constant(zero_point);
    const std::int64_t kernel = operands.shape.window.kernel_size();
    for (std::size_t i = 0; i < acc.size(); ++i) {
        const std::int64_t o =
            static_cast<std::int64_t>(i) / operands.shape.output_size() % operands.shape.output_channels();
        const std::int64_t group = o / operands.shape.outputs_per_group;
        std::int64_t all = 0;
        for (std::int64_t tap = 0; tap < operands.shape.taps(); ++tap) {
            const std::int64_t channel = group * operands.shape.inputs_per_group + tap / kernel;
            all += std::int64_t{zero_point(channel)} *
                   operands.w[static_cast<std::size_t>(o * operands.shape.taps() + tap)];
        }
        acc[i] -= all - connected[i];
    }
}

/// Inputs that are not single values: every output that they reach becomes the interval of its possible sums.
void widen_by_inputs(const Operands& operands, AllowedTensor& result) {
    const AllowedTensor& data = operands.context.set_of(operands.node.inputs[0]);
    struct Spread {
        double below = 0;
        double above = 0;
        bool unconstrained = false;
    };
    std::unordered_map<std::int64_t, Spread> spreads;
    const Accumulation& shape = operands.shape;
    for (const std::int64_t index : data.wide_indices()) {
        const AllowedSet set = data.at(index);
        const bool open = set.unconstrained || set.may_be_nan || set.intervals.empty();
        const double lo = open ? 0 : set.intervals.front().lo - data.point(index);
        const double hi = open ? 0 : set.intervals.back().hi - data.point(index);
        const std::int64_t n = index / (shape.input_channels() * shape.input_size());
        const std::int64_t channel = index / shape.input_size() % shape.input_channels();
        const std::int64_t group = channel / shape.inputs_per_group;
        const std::int64_t within = index % shape.input_size();
        const std::int64_t stride = shape.window.stride[2];
        for (std::int64_t o = group * shape.outputs_per_group; o < (group + 1) * shape.outputs_per_group; ++o) {
            for (std::int64_t k = 0; k < shape.window.kernel_size(); ++k) {
                const double weight = operands.w[static_cast<std::size_t>(
                    (o * shape.inputs_per_group + channel % shape.inputs_per_group) * shape.window.kernel_size() + k)];
                for_each_row(shape.window, k, [&](const Row& row) {
                    const std::int64_t start = shape.transposed ? row.small : row.large;
                    const std::int64_t step = shape.transposed ? 1 : stride;
                    const std::int64_t j = (within - start) / step;
                    if (within < start || (within - start) % step != 0 || j >= row.count) {
                        return;
                    }
                    const std::int64_t at = shape.transposed ? row.large + j * stride : row.small + j;
                    Spread& spread = spreads[(n * shape.output_channels() + o) * shape.output_size() + at];
                    spread.below += std::min(weight * lo, weight * hi);
                    spread.above += std::max(weight * lo, weight * hi);
                    spread.unconstrained = spread.unconstrained || open;
                });
            }
        }
    }
    for (const auto& [index, spread] : spreads) {
        if (spread.unconstrained) {
            result.set(index, unconstrained());
        } else if (result.is_point(index)) {
            const double acc = result.point(index);
            result.set(index, {{{acc + spread.below, acc + spread.above}}, false, false});
        }
    }
}

/// X1 and X2: a kernel without VNNI adds pairs of products with s16 saturation and, for an s8 source, halves the
/// weights (and shifts the source by 128). It computes the same integer when no pair of products can saturate and,
/// halved, all weights are even; elements for which that is not certain are outside the contract.
void exclude_sloppy_elements(const Operands& operands, AllowedTensor& result) {
    const bool signed_source = operands.context.tensor(operands.node.inputs[0]).type == graph::DataType::s8;
    const bool pairs = operands.context.grants(contract::Freedom::pair_saturation);
    const bool halves = signed_source && operands.context.grants(contract::Freedom::halved_weights);
    if (!pairs && !halves) {
        return;
    }
    const std::vector<std::int32_t> raw_x = points_as_integers(operands.context.set_of(operands.node.inputs[0]));
    std::int64_t largest_x = 0;
    for (const std::int32_t value : raw_x) {
        largest_x = std::max<std::int64_t>(largest_x, signed_source ? value + 128 : value);
    }
    for (std::int64_t o = 0; o < operands.shape.output_channels(); ++o) {
        std::int64_t largest_w = 0;
        bool odd = false;
        for (std::int64_t tap = 0; tap < operands.shape.taps(); ++tap) {
            const std::int64_t w = operands.w[static_cast<std::size_t>(o * operands.shape.taps() + tap)];
            largest_w = std::max(largest_w, std::abs(halves ? w / 2 : w));
            odd = odd || w % 2 != 0;
        }
        const bool inexact = (halves && odd) || 2 * largest_x * largest_w > std::numeric_limits<std::int16_t>::max();
        if (!inexact) {
            continue;
        }
        operands.context.note(
            fmt::format("node {}: without VNNI the library may {} (documented); not judged", operands.node.name,
                        halves && odd ? "round halved odd weights" : "saturate pairs of products in s16"));
        for (std::int64_t n = 0; n < operands.shape.batch; ++n) {
            for (std::int64_t p = 0; p < operands.shape.output_size(); ++p) {
                result.set((n * operands.shape.output_channels() + o) * operands.shape.output_size() + p,
                           unconstrained());
            }
        }
    }
}

double rn(double x) {
    return static_cast<float>(x);
}

/// F5 and F9: the values that a reader in f32 may see instead of rn(acc + bias).
void fill_real_view(const Operands& operands, const std::vector<std::int64_t>& acc, const AllowedTensor& result,
                    RealView& view) {
    using contract::Freedom;
    const Context& context = operands.context;
    const bool has_bias = operands.node.inputs[2] != graph::kAbsent;
    const bool signed_source = context.tensor(operands.node.inputs[0]).type == graph::DataType::s8;
    const bool compensated = operands.node.inputs[3] != graph::kAbsent || signed_source;
    std::vector<std::vector<std::int64_t>> compensations;
    if (context.grants(Freedom::float_compensation) && compensated) {
        for (const std::int32_t shift : {0, 128}) {
            compensations.push_back(operands.accumulate_constant([&](std::int64_t channel) {
                return channel_value(context, operands.node.inputs[3], channel) + (signed_source ? shift : 0);
            }));
        }
    }
    const auto beyond = [](std::int64_t value) { return std::abs(value) > kExactInFloat; };
    for (std::size_t i = 0; i < acc.size(); ++i) {
        const auto index = static_cast<std::int64_t>(i);
        const std::int64_t bias = operands.bias(index);
        bool inexact = beyond(acc[i]) || beyond(bias) || beyond(acc[i] + bias);
        for (const auto& compensation : compensations) {
            inexact = inexact || beyond(compensation[i]) || beyond(acc[i] + compensation[i]);
        }
        if (!inexact || !result.is_point(index)) {
            continue;
        }
        SetBuilder builder;
        const auto add_with_bias = [&](double real_acc) {
            const double sum = rn(real_acc + static_cast<double>(bias));
            builder.add(Interval{sum, sum});
            if (has_bias && context.grants(Freedom::bias_stage)) {
                const double late = rn(rn(real_acc) + rn(static_cast<double>(bias)));
                builder.add(Interval{late, late});
            }
        };
        add_with_bias(static_cast<double>(acc[i]));
        for (const auto& compensation : compensations) {
            const double raw = rn(static_cast<double>(acc[i] + compensation[i]));
            add_with_bias(rn(raw - rn(static_cast<double>(compensation[i]))));
            add_with_bias(raw - static_cast<double>(compensation[i]));
        }
        bool widened = false;
        view.emplace(index, builder.build(widened));
    }
}

AllowedTensor evaluate(const Context& context, graph::NodeId id, RealView& real_view) {
    const Operands operands(context, id);
    const graph::Tensor& output = context.tensor(operands.node.output);
    std::vector<std::int64_t> acc = accumulate(operands.shape, operands.x, operands.w);
    if (context.broken(Deviation::padding_with_raw_zero, id)) {
        add_raw_zero_padding(operands, acc);
    }
    const std::int64_t bound = operands.shape.taps() * largest_magnitude(operands.x) * largest_magnitude(operands.w);
    const std::vector<std::int64_t> magnitudes =
        bound > kLargestS32 ? operands.accumulate_magnitudes() : std::vector<std::int64_t>{};

    AllowedTensor result(output.type, output.shape);
    for (std::size_t i = 0; i < acc.size(); ++i) {
        const auto index = static_cast<std::int64_t>(i);
        const std::int64_t total = acc[i] + operands.bias(index);
        if (std::abs(acc[i]) > kLargestS32 || std::abs(total) > kLargestS32) {
            context.note(fmt::format("node {}: the s32 accumulator overflows", operands.node.name));
            result.set(index, unconstrained());
            continue;
        }
        result.set_point(index, static_cast<double>(total));
        if (!magnitudes.empty() && magnitudes[i] + std::abs(operands.bias(index)) > kLargestS32) {
            ++context.metrics.overflow_sensitive;
        }
    }
    widen_by_inputs(operands, result);
    exclude_sloppy_elements(operands, result);
    fill_real_view(operands, acc, result, real_view);
    if (context.grants(contract::Freedom::rounded_s32_output) && context.graph().is_output(operands.node.output)) {
        for (std::int64_t index = 0; index < result.size(); ++index) {
            const double exact = result.point(index);
            if (result.is_point(index) && rn(exact) != exact) {
                // A conversion back from f32 saturates at the largest float below 2^31.
                const double rounded = std::min(rn(exact), 2147483520.0);
                result.set(index, {{{std::min(exact, rounded), std::min(exact, rounded)},
                                    {std::max(exact, rounded), std::max(exact, rounded)}},
                                   false,
                                   false});
            }
        }
    }
    return result;
}

}  // namespace

AllowedTensor evaluate_convolution(const Context& context, graph::NodeId id, RealView& real_view) {
    return evaluate(context, id, real_view);
}

AllowedTensor evaluate_deconvolution(const Context& context, graph::NodeId id, RealView& real_view) {
    return evaluate(context, id, real_view);
}

}  // namespace difftest::oracle
