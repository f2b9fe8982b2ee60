#pragma once

#include "reference/oracle/accumulate.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace difftest::oracle {

/// How the sums of a convolution or deconvolution become sums of shifted planes, without an index for every tap.
///
/// The input of a channel is laid out, with its padding, as one plane for each remainder of the stride (the input
/// phases). Then neighbouring outputs read neighbouring elements of a plane, and a tap is a shift:
///   convolution     l = m s - pad + t,  t = k d:  phase t mod s, and output m reads element m + t div s.
///   deconvolution   the outputs l with (l + pad) mod s = r form a phase of their own; with l + pad = a s + r they meet
///                   only the taps with t mod s = r, and read input a - t div s. Their input has one phase.
/// All dimensions together are one row of elements with the pitch of the padded plane; what lies between two rows of
/// outputs is computed, too, and ignored.
struct PlaneLayout {
    static constexpr std::size_t kDims = Window::kDims;
    using Extents = std::array<std::int64_t, kDims>;

    struct Shift {
        std::int64_t kernel;  ///< index of the kernel's element, row-major
        std::int64_t start;   ///< of what the first output reads, within the planes of a channel
    };

    /// Outputs whose neighbours lie `step` apart.
    struct Outputs {
        Extents first;
        Extents count;
        Extents step;
        std::vector<Shift> shifts;  ///< empty where the gaps of a deconvolution receive nothing
    };

    /// Element g of phase f holds the input at g * step + f + origin, in each dimension; zero where that lies outside.
    struct Inputs {
        Extents grid;    ///< extents of a plane
        Extents phases;  ///< planes
        Extents step;
        Extents origin;
        Extents size;  ///< of the input itself
    };

    Inputs inputs;
    std::vector<Outputs> outputs;

    std::int64_t plane_size() const { return inputs.grid[0] * inputs.grid[1] * inputs.grid[2]; }
    std::int64_t channel_size() const { return inputs.phases[0] * inputs.phases[1] * inputs.phases[2] * plane_size(); }

    explicit PlaneLayout(const Accumulation& shape);

    /// Copies one channel, whose neighbouring elements lie `stride` apart, into its planes, of which every second
    /// element is its own. Padding is left alone. Precondition: the elements are 16-bit numbers.
    void fill(const std::int32_t* channel, std::int64_t stride, std::int16_t* planes) const;

private:
    void fill_row(const std::int32_t* row, std::int64_t stride, std::int64_t phase, std::int16_t* to) const;
};

}  // namespace difftest::oracle
