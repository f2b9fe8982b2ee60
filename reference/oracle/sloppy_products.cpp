#include "reference/oracle/sloppy_products.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <variant>

namespace difftest::oracle {
namespace {

using contract::Freedom;

/// What is added to s8 data so that the products are those of u8 with s8.
constexpr std::int32_t kShift = 128;

/// The two largest and the two smallest products of one element, 0 among them.
struct Extremes {
    std::int32_t largest = 0;
    std::int32_t second_largest = 0;
    std::int32_t smallest = 0;
    std::int32_t second_smallest = 0;
    std::int64_t products = 0;

    Extremes& operator+=(std::int32_t product) {
        ++products;
        if (product > second_largest) {
            second_largest = std::min(product, largest);
            largest = std::max(product, largest);
        } else if (product < second_smallest) {
            second_smallest = std::max(product, smallest);
            smallest = std::min(product, smallest);
        }
        return *this;
    }

    bool may_saturate() const {
        return largest + second_largest > std::numeric_limits<std::int16_t>::max() ||
               smallest + second_smallest < std::numeric_limits<std::int16_t>::min();
    }
};

/// An end of the set of an element.
enum class End : std::uint8_t { lowest, greatest };

std::int32_t end_of(End end, const AllowedTensor& tensor, std::int64_t index) {
    if (tensor.is_point(index)) {
        return static_cast<std::int32_t>(tensor.point(index));
    }
    const AllowedSet set = tensor.at(index);
    const graph::DataType type = tensor.type();
    if (set.unconstrained) {
        return static_cast<std::int32_t>(end == End::lowest ? graph::lowest_of(type) : graph::highest_of(type));
    }
    return static_cast<std::int32_t>(end == End::lowest ? set.intervals.front().lo : set.intervals.back().hi);
}

/// What the kernel multiplies, in the order of the contraction.
struct Factors {
    std::vector<std::int32_t> x;
    std::vector<std::int32_t> w;
    std::int32_t padding = 0;  ///< what an unconnected tap may multiply its weight with: 0, or what stands for it
};

/// One operand of an s8 product is made u8. If it is the data: from 0 to 255, at its greatest where it is a set, so
/// that no product is farther from 0; unconnected taps at their greatest, too.
Factors factors_of(const IntegerOperands& operands) {
    const AllowedTensor& data = operands.context.set_of(operands.node.inputs[0]);
    const AllowedTensor& weights = operands.context.set_of(operands.node.inputs[1]);
    const std::int32_t shift = operands.signed_source() ? kShift : 0;
    Factors factors{std::vector<std::int32_t>(operands.x.size()), std::vector<std::int32_t>(operands.w.size()), shift};
    for (std::size_t i = 0; i < factors.x.size(); ++i) {
        const std::int64_t source = operands.contraction.x_source(static_cast<std::int64_t>(i));
        factors.x[i] = end_of(End::greatest, data, source) + shift;
    }
    for (std::size_t i = 0; i < factors.w.size(); ++i) {
        const std::int64_t source = operands.contraction.w_source(static_cast<std::int64_t>(i));
        factors.w[i] = weights.is_point(source) ? static_cast<std::int32_t>(weights.point(source)) : -kShift;
    }
    if (const graph::TensorId zero_points = operands.node.inputs[3]; zero_points != graph::kAbsent) {
        for (const double zero_point : operands.context.set_of(zero_points).points()) {
            factors.padding =
                std::max(factors.padding, static_cast<std::int32_t>(std::clamp(zero_point + shift, 0.0, 255.0)));
        }
    }
    return factors;
}

/// If it is the weights: the products at one end of the data's sets.
Factors factors_with_shifted_weights(const IntegerOperands& operands, End end) {
    const AllowedTensor& data = operands.context.set_of(operands.node.inputs[0]);
    Factors factors = factors_of(operands);
    factors.padding = 0;
    for (std::size_t i = 0; i < factors.x.size(); ++i) {
        factors.x[i] = end_of(end, data, operands.contraction.x_source(static_cast<std::int64_t>(i)));
    }
    const AllowedTensor& weights = operands.context.set_of(operands.node.inputs[1]);
    for (std::size_t i = 0; i < factors.w.size(); ++i) {
        const std::int64_t source = operands.contraction.w_source(static_cast<std::int64_t>(i));
        factors.w[i] = end_of(End::greatest, weights, source) + kShift;
    }
    if (const graph::TensorId zero_points = operands.node.inputs[3]; zero_points != graph::kAbsent) {
        for (const double zero_point : operands.context.set_of(zero_points).points()) {
            const auto value = static_cast<std::int32_t>(std::clamp(zero_point, -128.0, 127.0));
            factors.padding = end == End::lowest ? std::min(factors.padding, value) : std::max(factors.padding, value);
        }
    }
    return factors;
}

/// Where the second operand has one column, a product by a vector (gemv) shifts it: measured on 2.6.3, and documented
/// as "one of the s8 inputs".
bool may_shift_weights(const IntegerOperands& operands) {
    const Context& context = operands.context;
    const graph::Shape& weights = context.tensor(operands.node.inputs[1]).shape;
    const std::int64_t columns = std::visit(
        [&](const auto& op) {
            if constexpr (requires { op.groups; }) {
                return weights[0] / op.groups;
            } else {
                return context.tensor(operands.node.output).shape.back();
            }
        },
        operands.node.operation);
    return operands.signed_source() && context.tensor(operands.node.inputs[1]).type == graph::DataType::s8 &&
           columns == 1;
}

Extremes of_padding(const Factors& factors, std::int64_t begin, std::int64_t taps) {
    Extremes result;
    for (std::int64_t tap = 0; tap < taps; ++tap) {
        result += factors.padding * factors.w[static_cast<std::size_t>(begin + tap)];
    }
    return result;
}

bool has_odd_weight(const Factors& factors, std::int64_t begin, std::int64_t taps) {
    const auto first = factors.w.begin() + begin;
    return std::any_of(first, first + taps, [](std::int32_t weight) { return weight % 2 != 0; });
}

std::int64_t nonzero_weights(const Factors& factors, std::int64_t begin, std::int64_t taps) {
    const auto first = factors.w.begin() + begin;
    return taps - std::count(first, first + taps, 0);
}

/// No two products of the node can saturate together.
bool all_safe(const Factors& factors) {
    std::int32_t x = std::abs(factors.padding);
    for (const std::int32_t each : factors.x) {
        x = std::max(x, std::abs(each));
    }
    std::int32_t w = 0;
    for (const std::int32_t each : factors.w) {
        w = std::max(w, std::abs(each));
    }
    return 2 * x * w <= std::numeric_limits<std::int16_t>::max();
}

void exclude_saturating_pairs(const IntegerOperands& operands, const Factors& factors, AllowedTensor& result) {
    if (all_safe(factors)) {
        return;
    }
    const Contraction& contraction = operands.contraction;
    const std::int64_t taps = contraction.shape.taps();
    const std::vector<Extremes> extremes =
        sum_terms<Extremes>(contraction, std::span<const std::int32_t>(factors.x),
                            std::span<const std::int32_t>(factors.w), [](auto x, auto w) { return x * w; });
    std::int64_t excluded = 0;
    for (std::size_t s = 0; s < contraction.slabs.size(); ++s) {
        for (std::int64_t o = 0; o < contraction.shape.output_channels(); ++o) {
            const std::int64_t begin = contraction.slabs[s].w + o * taps;
            const std::int64_t weights = nonzero_weights(factors, begin, taps);
            const Extremes padding = of_padding(factors, begin, taps);
            contraction.for_each_result(static_cast<std::int64_t>(s), o, [&](std::int64_t index) {
                Extremes all = extremes[static_cast<std::size_t>(index)];
                if (all.products < weights) {
                    for (const std::int32_t product :
                         {padding.largest, padding.second_largest, padding.smallest, padding.second_smallest}) {
                        all += product;
                    }
                }
                if (all.may_saturate()) {
                    result.set(index, {{}, false, true});
                    ++excluded;
                }
            });
        }
    }
    if (excluded > 0) {
        operands.context.note(
            fmt::format("node {}: without VNNI the library may saturate pairs of products in s16 (documented); "
                        "{} elements where two products could are not judged",
                        operands.node.name, excluded));
    }
}

void exclude_odd_weights(const IntegerOperands& operands, const Factors& factors, AllowedTensor& result) {
    const Contraction& contraction = operands.contraction;
    const std::int64_t taps = contraction.shape.taps();
    for (std::size_t s = 0; s < contraction.slabs.size(); ++s) {
        for (std::int64_t o = 0; o < contraction.shape.output_channels(); ++o) {
            if (has_odd_weight(factors, contraction.slabs[s].w + o * taps, taps)) {
                operands.context.note(fmt::format(
                    "node {}: without VNNI the library may round halved odd weights (documented); not judged",
                    operands.node.name));
                contraction.for_each_result(static_cast<std::int64_t>(s), o, [&](std::int64_t index) {
                    result.set(index, {{}, false, true});
                });
            }
        }
    }
}

}  // namespace

bool emulates_halved_weights(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const bool convolves = std::holds_alternative<graph::Convolution>(node.operation) ||
                           std::holds_alternative<graph::Deconvolution>(node.operation);
    return convolves && context.grants(Freedom::halved_weights) && !context.grants(Freedom::pair_saturation) &&
           context.tensor(node.inputs[0]).type == graph::DataType::s8;
}

std::int32_t doubled_half(std::int32_t weight) {
    // Odd weights lie half way: to the even half, which is the multiple of 4 beside the weight.
    return weight % 2 == 0 ? weight : ((weight + 1) % 4 == 0 ? weight + 1 : weight - 1);
}

void exclude_sloppy_elements(const IntegerOperands& operands, AllowedTensor& result) {
    const Context& context = operands.context;
    const bool halves = operands.signed_source() && context.grants(Freedom::halved_weights);
    if (!halves && !context.grants(Freedom::pair_saturation)) {
        return;
    }
    if (emulates_halved_weights(context, operands.id)) {
        return;
    }
    const Factors factors = factors_of(operands);
    if (halves) {
        exclude_odd_weights(operands, factors, result);
    }
    exclude_saturating_pairs(operands, factors, result);
    if (may_shift_weights(operands)) {
        for (const End end : {End::lowest, End::greatest}) {
            exclude_saturating_pairs(operands, factors_with_shifted_weights(operands, end), result);
        }
    }
}

}  // namespace difftest::oracle
