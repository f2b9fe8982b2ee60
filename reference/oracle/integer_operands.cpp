#include "reference/oracle/integer_operands.hpp"

#include "reference/oracle/narrow_products.hpp"
#include "reference/oracle/sloppy_products.hpp"

#include <algorithm>
#include <cstdlib>

namespace difftest::oracle {
namespace {

std::int64_t largest_magnitude(const std::vector<std::int32_t>& values) {
    std::int64_t largest = 0;
    for (const std::int32_t value : values) {
        largest = std::max(largest, std::abs(static_cast<std::int64_t>(value)));
    }
    return largest;
}

std::vector<std::int32_t> magnitudes_of(std::vector<std::int32_t> values) {
    for (std::int32_t& value : values) {
        value = std::abs(value);
    }
    return values;
}

template <class Accumulator>
std::vector<Accumulator> sum_products(const Contraction& contraction, const std::vector<std::int32_t>& x,
                                      const std::vector<std::int32_t>& w) {
    return sum_terms<Accumulator>(contraction, std::span<const std::int32_t>(x), std::span<const std::int32_t>(w),
                                  [](std::int32_t a, std::int32_t b) { return static_cast<Accumulator>(a) * b; });
}

/// The points of a tensor, in the order of the contraction.
template <class Source>
std::vector<std::int32_t> in_order(const AllowedTensor& tensor, bool transposed, const Source& source) {
    const std::vector<double>& points = tensor.points();
    std::vector<std::int32_t> values(points.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t from = transposed ? static_cast<std::size_t>(source(static_cast<std::int64_t>(i))) : i;
        values[i] = static_cast<std::int32_t>(points[from]);
    }
    return values;
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
    : context(in), id(node_id), node(in.node(node_id)), contraction(contraction_of(in, node_id)) {
    x = in_order(context.set_of(node.inputs[0]), contraction.x_transposed,
                 [&](std::int64_t i) { return contraction.x_source(i); });
    w = in_order(context.set_of(node.inputs[1]), contraction.w_transposed,
                 [&](std::int64_t i) { return contraction.w_source(i); });
    if (emulates_halved_weights(context, id)) {
        std::transform(w.begin(), w.end(), w.begin(), doubled_half);
    }
    if (node.inputs[3] != graph::kAbsent) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] -= x_zero_point(contraction.x_channel(static_cast<std::int64_t>(i)));
        }
    }
    if (node.inputs[4] != graph::kAbsent) {
        for (std::size_t i = 0; i < w.size(); ++i) {
            w[i] -= channel_value(context, node.inputs[4], contraction.w_channel(static_cast<std::int64_t>(i)));
        }
    }
}

std::int32_t IntegerOperands::x_zero_point(std::int64_t channel) const {
    return channel_value(context, node.inputs[3], channel);
}

std::int64_t IntegerOperands::bias(std::int64_t result_index) const {
    if (context.broken(Deviation::bias_dropped, id)) {
        return 0;
    }
    return channel_value(context, node.inputs[2], contraction.result_channel(result_index));
}

std::vector<std::int64_t> IntegerOperands::accumulate(const std::vector<std::int32_t>& values,
                                                      const std::vector<std::int32_t>& weights) const {
    if (are_narrow(contraction, values, weights)) {
        return sum_narrow_products(contraction, values, weights);
    }
    // No partial sum in any order can leave 32 bits when the sum of magnitudes does not: then the narrow loop is exact.
    const std::int64_t bound = contraction.shape.taps() * largest_magnitude(values) * largest_magnitude(weights);
    if (bound > kLargestS32) {
        return sum_products<std::int64_t>(contraction, values, weights);
    }
    const std::vector<std::int32_t> sums = sum_products<std::int32_t>(contraction, values, weights);
    return {sums.begin(), sums.end()};
}

std::vector<std::int64_t> IntegerOperands::magnitudes() const {
    const std::int64_t bound = contraction.shape.taps() * largest_magnitude(x) * largest_magnitude(w);
    return bound > kLargestS32 ? accumulate(magnitudes_of(x), magnitudes_of(w)) : std::vector<std::int64_t>{};
}

}  // namespace difftest::oracle
