#include "reference/oracle/plane_layout.hpp"

#include <algorithm>

namespace difftest::oracle {
namespace {

std::int64_t floor_of_quotient(std::int64_t a, std::int64_t b) {
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/// The layout in one dimension.
struct Axis {
    struct Outputs {
        std::int64_t first;
        std::int64_t count;
        std::int64_t step;
    };
    struct Tap {
        std::int64_t outputs;  ///< which outputs it contributes to
        std::int64_t phase;    ///< which plane they read
        std::int64_t start;    ///< and from where
    };

    std::int64_t grid = 0;
    std::int64_t phases = 1;
    std::int64_t step = 1;
    std::int64_t origin = 0;
    std::int64_t size = 0;
    std::vector<Outputs> outputs;
    std::vector<Tap> taps;
};

Axis convolution_axis(const Window& window, std::size_t d) {
    const std::int64_t stride = window.stride[d];
    Axis axis;
    axis.phases = stride;
    axis.step = stride;
    axis.origin = -window.pad[d];
    axis.size = window.large[d];
    axis.grid = window.small[d] + (window.kernel[d] - 1) * window.dilation[d] / stride;
    axis.outputs = {{0, window.small[d], 1}};
    for (std::int64_t k = 0; k < window.kernel[d]; ++k) {
        const std::int64_t t = k * window.dilation[d];
        axis.taps.push_back({0, t % stride, t / stride});
    }
    return axis;
}

Axis deconvolution_axis(const Window& window, std::size_t d) {
    const std::int64_t stride = window.stride[d];
    Axis axis;
    axis.size = window.small[d];
    std::vector<std::int64_t> first(static_cast<std::size_t>(stride));
    std::int64_t least = axis.size;
    std::int64_t greatest = 0;
    for (std::int64_t r = 0; r < stride; ++r) {
        const std::int64_t a = -floor_of_quotient(r - window.pad[d], stride);
        const std::int64_t last = floor_of_quotient(window.large[d] - 1 + window.pad[d] - r, stride);
        first[static_cast<std::size_t>(r)] = a;
        axis.outputs.push_back({a * stride + r - window.pad[d], std::max<std::int64_t>(last - a + 1, 0), stride});
        if (last >= a) {
            least = std::min(least, a);
            greatest = std::max(greatest, last);
        }
    }
    axis.origin = least - (window.kernel[d] - 1) * window.dilation[d] / stride;
    axis.grid = std::max<std::int64_t>(greatest - axis.origin + 1, 0);
    for (std::int64_t k = 0; k < window.kernel[d]; ++k) {
        const std::int64_t t = k * window.dilation[d];
        const std::int64_t r = t % stride;
        axis.taps.push_back({r, 0, first[static_cast<std::size_t>(r)] - t / stride - axis.origin});
    }
    return axis;
}

using Axes = std::array<Axis, PlaneLayout::kDims>;

/// Calls visit(indices) for every index of a box, in row-major order.
template <class Visit>
void for_each_index(const PlaneLayout::Extents& extents, const Visit& visit) {
    for (std::int64_t a = 0; a < extents[0]; ++a) {
        for (std::int64_t b = 0; b < extents[1]; ++b) {
            for (std::int64_t c = 0; c < extents[2]; ++c) {
                visit(PlaneLayout::Extents{a, b, c});
            }
        }
    }
}

const Axis::Tap& tap_of(const Axis& axis, std::int64_t k) {
    return axis.taps[static_cast<std::size_t>(k)];
}

/// The taps that reach the outputs of the phases `which`.
std::vector<PlaneLayout::Shift> shifts_of(const Axes& axes, const PlaneLayout& layout, const Window& window,
                                          const PlaneLayout::Extents& which) {
    std::vector<PlaneLayout::Shift> shifts;
    std::int64_t kernel = 0;
    for_each_index(window.kernel, [&](const PlaneLayout::Extents& k) {
        std::int64_t plane = 0;
        std::int64_t start = 0;
        bool reaches = true;
        for (std::size_t d = 0; d < PlaneLayout::kDims; ++d) {
            const Axis::Tap& tap = tap_of(axes[d], k[d]);
            reaches = reaches && tap.outputs == which[d];
            plane = plane * axes[d].phases + tap.phase;
            start = start * axes[d].grid + tap.start;
        }
        if (reaches) {
            shifts.push_back({kernel, plane * layout.plane_size() + start});
        }
        ++kernel;
    });
    return shifts;
}

}  // namespace

PlaneLayout::PlaneLayout(const Accumulation& shape) : inputs() {
    Axes axes;
    Extents phases{};
    for (std::size_t d = 0; d < kDims; ++d) {
        axes[d] = shape.transposed ? deconvolution_axis(shape.window, d) : convolution_axis(shape.window, d);
        inputs.grid[d] = axes[d].grid;
        inputs.phases[d] = axes[d].phases;
        inputs.step[d] = axes[d].step;
        inputs.origin[d] = axes[d].origin;
        inputs.size[d] = axes[d].size;
        phases[d] = static_cast<std::int64_t>(axes[d].outputs.size());
    }
    for_each_index(phases, [&](const Extents& which) {
        Outputs part{};
        bool empty = false;
        for (std::size_t d = 0; d < kDims; ++d) {
            const Axis::Outputs& along = axes[d].outputs[static_cast<std::size_t>(which[d])];
            part.first[d] = along.first;
            part.count[d] = along.count;
            part.step[d] = along.step;
            empty = empty || along.count == 0;
        }
        if (!empty) {
            part.shifts = shifts_of(axes, *this, shape.window, which);
            outputs.push_back(std::move(part));
        }
    });
}

void PlaneLayout::fill(const std::int32_t* channel, std::int64_t stride, std::int16_t* planes) const {
    for_each_index(inputs.phases, [&](const Extents& phase) {
        for (std::int64_t gz = 0; gz < inputs.grid[0]; ++gz) {
            const std::int64_t z = gz * inputs.step[0] + phase[0] + inputs.origin[0];
            for (std::int64_t gy = 0; gy < inputs.grid[1]; ++gy, planes += 2 * inputs.grid[2]) {
                const std::int64_t y = gy * inputs.step[1] + phase[1] + inputs.origin[1];
                if (z >= 0 && z < inputs.size[0] && y >= 0 && y < inputs.size[1]) {
                    fill_row(channel + (z * inputs.size[1] + y) * inputs.size[2] * stride, stride, phase[2], planes);
                }
            }
        }
    });
}

void PlaneLayout::fill_row(const std::int32_t* row, std::int64_t stride, std::int64_t phase, std::int16_t* to) const {
    const std::int64_t step = inputs.step[2];
    const std::int64_t shift = phase + inputs.origin[2];  // element g holds input g * step + shift
    const std::int64_t first = std::max<std::int64_t>(0, -floor_of_quotient(shift, step));
    const std::int64_t last = std::min(inputs.grid[2], floor_of_quotient(inputs.size[2] - 1 - shift, step) + 1);
    for (std::int64_t g = first; g < last; ++g) {
        to[2 * g] = static_cast<std::int16_t>(row[(g * step + shift) * stride]);
    }
}

}  // namespace difftest::oracle
