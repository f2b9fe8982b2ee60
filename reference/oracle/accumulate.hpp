#pragma once

#include "reference/oracle/context.hpp"
#include "reference/oracle/window.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace difftest::oracle {

/// The integers of a convolution-like operation: which output meets which input through which weight is said by the
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

/// sum over the connected taps of x * w, in 64 bits:
///   acc[n, o, p] = sum_{i, k connected to p} x[n, i, q] * w[o, i, k]
/// x: [batch, input channels, input size], w: [output channels, inputs per group, kernel size] (o runs over all
/// groups). Precondition: no sum of |x * w| exceeds 2^63 - 1.
std::vector<std::int64_t> accumulate(const Accumulation& shape, std::span<const std::int32_t> x,
                                     std::span<const std::int32_t> w);

/// Both kinds of node, from their shapes and attributes. The deviations of the node are applied to the geometry.
Accumulation accumulation_of(const Context& context, graph::NodeId id);

}  // namespace difftest::oracle
