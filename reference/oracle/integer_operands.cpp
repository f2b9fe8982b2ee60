#include "reference/oracle/integer_operands.hpp"

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
    const AllowedTensor& data = context.set_of(node.inputs[0]);
    const AllowedTensor& weights = context.set_of(node.inputs[1]);
    x.resize(static_cast<std::size_t>(data.size()));
    w.resize(static_cast<std::size_t>(weights.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        x[i] =
            static_cast<std::int32_t>(data.point(contraction.x_source(at))) - x_zero_point(contraction.x_channel(at));
    }
    const bool halved = emulates_halved_weights(context, id);
    for (std::size_t i = 0; i < w.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        const auto weight = static_cast<std::int32_t>(weights.point(contraction.w_source(at)));
        w[i] = (halved ? doubled_half(weight) : weight) -
               channel_value(context, node.inputs[4], contraction.w_channel(at));
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
