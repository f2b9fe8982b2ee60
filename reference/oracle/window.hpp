#pragma once

#include "reference/graph/shape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace difftest::oracle {

/// The spatial geometry that a convolution and a deconvolution share, with 1-D and 2-D cases padded to three
/// dimensions. An element of the `small` side (the output of a convolution, the input of a deconvolution) at index m
/// meets the element of the `large` side at index  m * stride - pad + k * dilation  through the kernel index k. Taps
/// whose large index lies outside contribute nothing.
struct Window {
    static constexpr std::size_t kDims = 3;
    std::array<std::int64_t, kDims> small{1, 1, 1};
    std::array<std::int64_t, kDims> large{1, 1, 1};
    std::array<std::int64_t, kDims> kernel{1, 1, 1};
    std::array<std::int64_t, kDims> stride{1, 1, 1};
    std::array<std::int64_t, kDims> dilation{1, 1, 1};
    std::array<std::int64_t, kDims> pad{0, 0, 0};

    std::int64_t small_size() const { return small[0] * small[1] * small[2]; }
    std::int64_t large_size() const { return large[0] * large[1] * large[2]; }
    std::int64_t kernel_size() const { return kernel[0] * kernel[1] * kernel[2]; }
};

/// A run of elements along the innermost dimension: small advances by 1, large by stride[2].
struct Row {
    std::int64_t small;
    std::int64_t large;
    std::int64_t count;
};

/// Calls visit(Row) for every run that kernel element `tap` (row-major) connects.
template <class Visit>
void for_each_row(const Window& w, std::int64_t tap, const Visit& visit) {
    const std::array<std::int64_t, Window::kDims> k{tap / (w.kernel[1] * w.kernel[2]), tap / w.kernel[2] % w.kernel[1],
                                                    tap % w.kernel[2]};
    std::array<std::int64_t, Window::kDims> shift;
    std::array<std::int64_t, Window::kDims> first;
    std::array<std::int64_t, Window::kDims> last;  // one past
    for (std::size_t d = 0; d < Window::kDims; ++d) {
        shift[d] = k[d] * w.dilation[d] - w.pad[d];  // large = m * stride + shift
        first[d] = shift[d] >= 0 ? 0 : (-shift[d] + w.stride[d] - 1) / w.stride[d];
        const std::int64_t room = w.large[d] - 1 - shift[d];
        last[d] = room < 0 ? 0 : std::min(w.small[d], room / w.stride[d] + 1);
    }
    const std::int64_t count = last[2] - first[2];
    if (count <= 0) {
        return;
    }
    for (std::int64_t z = first[0]; z < last[0]; ++z) {
        for (std::int64_t y = first[1]; y < last[1]; ++y) {
            const std::int64_t large_z = z * w.stride[0] + shift[0];
            const std::int64_t large_y = y * w.stride[1] + shift[1];
            visit(Row{(z * w.small[1] + y) * w.small[2] + first[2],
                      (large_z * w.large[1] + large_y) * w.large[2] + first[2] * w.stride[2] + shift[2], count});
        }
    }
}

}  // namespace difftest::oracle
