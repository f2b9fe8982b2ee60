#include "reference/oracle/wide_operands.hpp"

#include "reference/oracle/sloppy_products.hpp"

#include <algorithm>
#include <unordered_map>

namespace difftest::oracle {
namespace {

/// Beyond every accumulator, and finite so that a product with 0 is 0.
constexpr double kOpen = 0x1p100;

struct Range {
    double lo = 0;
    double hi = 0;

    Range& operator+=(const Range& other) {
        lo += other.lo;
        hi += other.hi;
        return *this;
    }
    friend bool operator==(const Range&, const Range&) = default;
};

Range product(const Range& a, const Range& b) {
    const auto [lo, hi] = std::minmax({a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi});
    return {lo, hi};
}

Range range_of(const AllowedTensor& tensor, std::int64_t index) {
    if (tensor.is_point(index)) {
        return {tensor.point(index), tensor.point(index)};
    }
    const AllowedSet set = tensor.at(index);
    const bool open = set.unconstrained || set.may_be_nan || set.intervals.empty();
    return open ? Range{-kOpen, kOpen} : Range{set.intervals.front().lo, set.intervals.back().hi};
}

Range shifted(const Range& range, double by) {
    return {range.lo - by, range.hi - by};
}

void set_range(const IntegerOperands& operands, std::int64_t index, Range sum, AllowedTensor& result) {
    const auto bias = static_cast<double>(operands.bias(index));
    sum += {bias, bias};
    const bool inside = sum.lo >= -static_cast<double>(kLargestS32) && sum.hi <= static_cast<double>(kLargestS32);
    if (!inside) {
        result.set(index, {{}, false, true});
    } else if (result.is_point(index)) {
        result.set(index, {{{sum.lo, sum.hi}}, false, false});
    }
}

Range x_range(const IntegerOperands& operands, std::int64_t i) {
    return shifted(range_of(operands.context.set_of(operands.node.inputs[0]), operands.contraction.x_source(i)),
                   operands.x_zero_point(operands.contraction.x_channel(i)));
}

Range w_range(const IntegerOperands& operands, std::int64_t i) {
    Range weight = range_of(operands.context.set_of(operands.node.inputs[1]), operands.contraction.w_source(i));
    if (weight.hi != kOpen && emulates_halved_weights(operands.context, operands.id)) {
        weight = {static_cast<double>(doubled_half(static_cast<std::int32_t>(weight.lo))),
                  static_cast<double>(doubled_half(static_cast<std::int32_t>(weight.hi)))};
    }
    return shifted(weight, channel_value(operands.context, operands.node.inputs[4], operands.contraction.w_channel(i)));
}

/// Everything anew in intervals: for weights that are not single values, which is rare.
void widen_all(const IntegerOperands& operands, AllowedTensor& result) {
    std::vector<Range> x(operands.x.size());
    std::vector<Range> w(operands.w.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = x_range(operands, static_cast<std::int64_t>(i));
    }
    for (std::size_t i = 0; i < w.size(); ++i) {
        w[i] = w_range(operands, static_cast<std::int64_t>(i));
    }
    const std::vector<Range> sums =
        sum_terms<Range>(operands.contraction, std::span<const Range>(x), std::span<const Range>(w), product);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        if (sums[i].lo != sums[i].hi) {
            set_range(operands, static_cast<std::int64_t>(i), sums[i], result);
        }
    }
}

/// The rows and the columns of matrices in which something is not a single value.
void widen_products(const IntegerOperands& operands, AllowedTensor& result) {
    const Contraction& contraction = operands.contraction;
    const std::int64_t rows = contraction.shape.output_size();
    const std::int64_t columns = contraction.shape.output_channels();
    const std::int64_t taps = contraction.shape.taps();
    const AllowedTensor& a = operands.context.set_of(operands.node.inputs[0]);
    const AllowedTensor& b = operands.context.set_of(operands.node.inputs[1]);
    for (std::size_t s = 0; s < contraction.slabs.size(); ++s) {
        const auto [x_begin, w_begin] = contraction.slabs[s];
        std::vector<bool> wide_row(static_cast<std::size_t>(rows), false);
        std::vector<bool> wide_column(static_cast<std::size_t>(columns), false);
        for (std::int64_t k = 0; k < taps; ++k) {
            for (std::int64_t row = 0; row < rows; ++row) {
                wide_row[static_cast<std::size_t>(row)] = wide_row[static_cast<std::size_t>(row)] ||
                                                          !a.is_point(contraction.x_source(x_begin + k * rows + row));
            }
            for (std::int64_t column = 0; column < columns; ++column) {
                wide_column[static_cast<std::size_t>(column)] =
                    wide_column[static_cast<std::size_t>(column)] ||
                    !b.is_point(contraction.w_source(w_begin + column * taps + k));
            }
        }
        for (std::int64_t row = 0; row < rows; ++row) {
            for (std::int64_t column = 0; column < columns; ++column) {
                if (!wide_row[static_cast<std::size_t>(row)] && !wide_column[static_cast<std::size_t>(column)]) {
                    continue;
                }
                Range sum;
                for (std::int64_t k = 0; k < taps; ++k) {
                    sum += product(x_range(operands, x_begin + k * rows + row),
                                   w_range(operands, w_begin + column * taps + k));
                }
                set_range(operands, (static_cast<std::int64_t>(s) * rows + row) * columns + column, sum, result);
            }
        }
    }
}

/// The accumulators that one element of the data reaches.
template <class Visit>
void for_each_reached(const Accumulation& shape, std::int64_t index, const Visit& visit) {
    const std::int64_t n = index / (shape.input_channels() * shape.input_size());
    const std::int64_t channel = index / shape.input_size() % shape.input_channels();
    const std::int64_t group = channel / shape.inputs_per_group;
    const std::int64_t within = index % shape.input_size();
    const std::int64_t stride = shape.window.stride[2];
    for (std::int64_t o = group * shape.outputs_per_group; o < (group + 1) * shape.outputs_per_group; ++o) {
        for (std::int64_t k = 0; k < shape.window.kernel_size(); ++k) {
            const std::int64_t tap =
                (o * shape.inputs_per_group + channel % shape.inputs_per_group) * shape.window.kernel_size() + k;
            for_each_row(shape.window, k, [&](const Row& row) {
                const std::int64_t start = shape.transposed ? row.small : row.large;
                const std::int64_t step = shape.transposed ? 1 : stride;
                const std::int64_t j = (within - start) / step;
                if (within >= start && (within - start) % step == 0 && j < row.count) {
                    const std::int64_t at = shape.transposed ? row.large + j * stride : row.small + j;
                    visit((n * shape.output_channels() + o) * shape.output_size() + at, tap);
                }
            });
        }
    }
}

/// The windows in which an element of the data is not a single value.
void widen_windows(const IntegerOperands& operands, AllowedTensor& result) {
    const AllowedTensor& data = operands.context.set_of(operands.node.inputs[0]);
    std::unordered_map<std::int64_t, Range> spreads;
    for (const std::int64_t index : data.wide_indices()) {
        const Range spread = shifted(range_of(data, index), data.point(index));
        for_each_reached(operands.contraction.shape, index, [&](std::int64_t reached, std::int64_t tap) {
            const double weight = operands.w[static_cast<std::size_t>(tap)];
            spreads[reached] += product(spread, {weight, weight});
        });
    }
    for (const auto& [index, spread] : spreads) {
        if (result.is_point(index)) {
            Range sum{result.point(index), result.point(index)};
            sum += spread;
            // The point includes the bias, which set_range adds.
            set_range(operands, index, shifted(sum, static_cast<double>(operands.bias(index))), result);
        }
    }
}

}  // namespace

void widen_by_operands(const IntegerOperands& operands, AllowedTensor& result) {
    const bool data = !operands.context.set_of(operands.node.inputs[0]).all_points();
    const bool weights = !operands.context.set_of(operands.node.inputs[1]).all_points();
    if (operands.contraction.matrix && (data || weights)) {
        widen_products(operands, result);
    } else if (weights) {
        widen_all(operands, result);
    } else if (data) {
        widen_windows(operands, result);
    }
}

}  // namespace difftest::oracle
