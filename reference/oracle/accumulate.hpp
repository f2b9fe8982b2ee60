#pragma once

#include "reference/oracle/context.hpp"
#include "reference/oracle/window.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace difftest::oracle {

/// The geometry of a convolution-like operation: which output meets which input through which weight is said by the
/// window; `transposed` tells a deconvolution (the output is the large side) from a convolution.
struct Accumulation {
    Window window;
    bool transposed = false;
    std::int64_t batch = 1;
    std::int64_t groups = 1;
    std::int64_t inputs_per_group = 1;
    std::int64_t outputs_per_group = 1;
    bool flip_kernel = false;

    std::int64_t input_size() const { return transposed ? window.small_size() : window.large_size(); }
    std::int64_t output_size() const { return transposed ? window.large_size() : window.small_size(); }
    std::int64_t input_channels() const { return groups * inputs_per_group; }
    std::int64_t output_channels() const { return groups * outputs_per_group; }
    std::int64_t taps() const { return inputs_per_group * window.kernel_size(); }
};

/// Adds term(x, w) of one row to its sums.
template <class Sum, class X, class W, class Term>
void add_row(const Accumulation& shape, const Row& row, const W& w, const X* x, Sum* sums, const Term& term) {
    const std::int64_t stride = shape.window.stride[2];
    if (shape.transposed) {
        for (std::int64_t j = 0; j < row.count; ++j) {
            sums[row.large + j * stride] += term(x[row.small + j], w);
        }
    } else if (stride == 1) {
        for (std::int64_t j = 0; j < row.count; ++j) {
            sums[row.small + j] += term(x[row.large + j], w);
        }
    } else {
        for (std::int64_t j = 0; j < row.count; ++j) {
            sums[row.small + j] += term(x[row.large + j * stride], w);
        }
    }
}

/// sum over the connected taps of term(x, w):
///   sum[n, o, p] = sum_{i, k connected to p} term(x[n, i, q], w[o, i, k])
/// x: [batch, input channels, input size], w: [output channels, inputs per group, kernel size] (o runs over all
/// groups).
template <class Sum, class X, class W, class Term>
std::vector<Sum> sum_terms(const Accumulation& shape, std::span<const X> x, std::span<const W> w, const Term& term) {
    const std::int64_t input_size = shape.input_size();
    const std::int64_t output_size = shape.output_size();
    const std::int64_t kernel_size = shape.window.kernel_size();
    std::vector<Sum> result(static_cast<std::size_t>(shape.batch * shape.output_channels() * output_size));
    for (std::int64_t n = 0; n < shape.batch; ++n) {
        for (std::int64_t o = 0; o < shape.output_channels(); ++o) {
            const std::int64_t group = o / shape.outputs_per_group;
            Sum* sums = result.data() + (n * shape.output_channels() + o) * output_size;
            for (std::int64_t i = 0; i < shape.inputs_per_group; ++i) {
                const X* plane =
                    x.data() + (n * shape.input_channels() + group * shape.inputs_per_group + i) * input_size;
                const W* kernel = w.data() + (o * shape.inputs_per_group + i) * kernel_size;
                for (std::int64_t k = 0; k < kernel_size; ++k) {
                    const W& weight = kernel[shape.flip_kernel ? kernel_size - 1 - k : k];
                    if (!(weight == W{})) {
                        for_each_row(shape.window, k,
                                     [&](const Row& row) { add_row(shape, row, weight, plane, sums, term); });
                    }
                }
            }
        }
    }
    return result;
}

/// Convolution and deconvolution, from their shapes and attributes. The deviations of the node are applied to the
/// geometry.
Accumulation accumulation_of(const Context& context, graph::NodeId id);

}  // namespace difftest::oracle
