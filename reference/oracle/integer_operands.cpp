#include "reference/oracle/integer_operands.hpp"

#include "reference/oracle/sloppy_products.hpp"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace difftest::oracle {
namespace {

std::vector<std::int32_t> magnitudes_of(std::vector<std::int32_t> values) {
    for (std::int32_t& value : values) {
        value = std::abs(value);
    }
    return values;
}

/// The points of a tensor, in the order of the contraction.
template <class Source>
std::vector<std::int32_t> in_order(const AllowedTensor& tensor, bool transposed, const Source& source) {
    const std::vector<double>& points = tensor.points();
    std::vector<std::int32_t> values(points.size());
    if (!transposed) {
        std::transform(points.begin(), points.end(), values.begin(),
                       [](double point) { return static_cast<std::int32_t>(point); });
        return values;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<std::int32_t>(points[static_cast<std::size_t>(source(static_cast<std::int64_t>(i)))]);
    }
    return values;
}

/// Subtracts zero_point(channel) from the elements of [..., channels, size].
template <class ZeroPoint>
void subtract(std::vector<std::int32_t>& values, std::int64_t channels, std::int64_t size,
              const ZeroPoint& zero_point) {
    auto at = values.begin();
    while (at != values.end()) {
        for (std::int64_t channel = 0; channel < channels; ++channel) {
            const std::int32_t zero = zero_point(channel);
            for (std::int64_t i = 0; i < size; ++i, ++at) {
                *at -= zero;
            }
        }
    }
}

}  // namespace

std::int32_t channel_value(const Context& context, graph::TensorId id, std::int64_t channel) {
    if (id == graph::kAbsent) {
        return 0;
    }
    const AllowedTensor& tensor = context.set_of(id);
    return static_cast<std::int32_t>(tensor.point(tensor.size() == 1 ? 0 : channel));
}

IntegerOperands::IntegerOperands(const Context& in, graph::NodeId node_id)
    : context(in), id(node_id), node(in.node(node_id)), contraction(contraction_of(in, node_id)), narrow_(false) {
    x = in_order(context.set_of(node.inputs[0]), contraction.x_transposed,
                 [&](std::int64_t i) { return contraction.x_source(i); });
    w = in_order(context.set_of(node.inputs[1]), contraction.w_transposed,
                 [&](std::int64_t i) { return contraction.w_source(i); });
    if (emulates_halved_weights(context, id)) {
        std::transform(w.begin(), w.end(), w.begin(), doubled_half);
    }
    const Accumulation& shape = contraction.shape;
    if (node.inputs[3] != graph::kAbsent) {
        subtract(x, shape.input_channels(), shape.input_size(),
                 [&](std::int64_t channel) { return x_zero_point(channel / contraction.elements_per_parameter); });
    }
    if (node.inputs[4] != graph::kAbsent) {
        subtract(w, shape.output_channels(), shape.taps(),
                 [&](std::int64_t channel) { return channel_value(context, node.inputs[4], channel); });
    }
    narrow_ = are_narrow(contraction, x, w);
}

std::int32_t IntegerOperands::x_zero_point(std::int64_t channel) const {
    return channel_value(context, node.inputs[3], channel);
}

std::vector<std::int64_t> IntegerOperands::biases() const {
    std::vector<std::int64_t> result(static_cast<std::size_t>(contraction.shape.output_channels()));
    if (!context.broken(Deviation::bias_dropped, id)) {
        for (std::size_t channel = 0; channel < result.size(); ++channel) {
            result[channel] = channel_value(context, node.inputs[2], static_cast<std::int64_t>(channel));
        }
    }
    return result;
}

std::int64_t IntegerOperands::bias(std::int64_t result_index) const {
    if (context.broken(Deviation::bias_dropped, id)) {
        return 0;
    }
    return channel_value(context, node.inputs[2], contraction.result_channel(result_index));
}

std::vector<std::int64_t> IntegerOperands::accumulate(const std::vector<std::int32_t>& values,
                                                      const std::vector<std::int32_t>& weights, bool narrow) const {
    if (narrow) {
        return sum_plane_products(contraction, values, weights);
    }
    return sum_terms<std::int64_t>(contraction, std::span<const std::int32_t>(values),
                                   std::span<const std::int32_t>(weights),
                                   [](std::int32_t a, std::int32_t b) { return std::int64_t{a} * b; });
}

std::vector<std::int64_t> IntegerOperands::magnitudes() const {
    return narrow_ ? std::vector<std::int64_t>{} : accumulate(magnitudes_of(x), magnitudes_of(w), false);
}

}  // namespace difftest::oracle
