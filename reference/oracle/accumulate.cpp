#include "reference/oracle/accumulate.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace difftest::oracle {
namespace {

template <class Accumulator>
void add_row(const Accumulation& shape, const Row& row, std::int32_t w, const std::int32_t* x, Accumulator* acc) {
    const std::int64_t stride = shape.window.stride[2];
    if (shape.transposed) {
        for (std::int64_t j = 0; j < row.count; ++j) {
            acc[row.large + j * stride] += static_cast<Accumulator>(x[row.small + j]) * w;
        }
    } else if (stride == 1) {
        for (std::int64_t j = 0; j < row.count; ++j) {
            acc[row.small + j] += static_cast<Accumulator>(x[row.large + j]) * w;
        }
    } else {
        for (std::int64_t j = 0; j < row.count; ++j) {
            acc[row.small + j] += static_cast<Accumulator>(x[row.large + j * stride]) * w;
        }
    }
}

template <class Accumulator>
std::vector<std::int64_t> accumulate_in(const Accumulation& shape, std::span<const std::int32_t> x,
                                        std::span<const std::int32_t> w) {
    const std::int64_t input_size = shape.input_size();
    const std::int64_t output_size = shape.output_size();
    const std::int64_t kernel_size = shape.window.kernel_size();
    std::vector<std::int64_t> result(static_cast<std::size_t>(shape.batch * shape.output_channels() * output_size));
    std::vector<Accumulator> acc(static_cast<std::size_t>(output_size));
    for (std::int64_t n = 0; n < shape.batch; ++n) {
        for (std::int64_t o = 0; o < shape.output_channels(); ++o) {
            const std::int64_t group = o / shape.outputs_per_group;
            std::fill(acc.begin(), acc.end(), Accumulator{0});
            for (std::int64_t i = 0; i < shape.inputs_per_group; ++i) {
                const std::int32_t* plane =
                    x.data() + (n * shape.input_channels() + group * shape.inputs_per_group + i) * input_size;
                const std::int32_t* kernel = w.data() + (o * shape.inputs_per_group + i) * kernel_size;
                for (std::int64_t k = 0; k < kernel_size; ++k) {
                    const std::int32_t weight = kernel[shape.flip_kernel ? kernel_size - 1 - k : k];
                    if (weight != 0) {
                        for_each_row(shape.window, k,
                                     [&](const Row& row) { add_row(shape, row, weight, plane, acc.data()); });
                    }
                }
            }
            std::copy(acc.begin(), acc.end(), result.begin() + (n * shape.output_channels() + o) * output_size);
        }
    }
    return result;
}

std::int64_t largest_magnitude(std::span<const std::int32_t> values) {
    std::int64_t largest = 0;
    for (const std::int32_t value : values) {
        largest = std::max(largest, std::abs(static_cast<std::int64_t>(value)));
    }
    return largest;
}

void set_window(Window& window, const std::vector<std::int64_t>& strides, const std::vector<std::int64_t>& dilations,
                const std::vector<std::int64_t>& pads, const graph::Shape& small, const graph::Shape& large,
                const graph::Shape& weights) {
    const std::size_t spatial = strides.size();
    for (std::size_t d = 0; d < spatial; ++d) {
        const std::size_t at = Window::kDims - spatial + d;
        window.stride[at] = strides[d];
        window.dilation[at] = dilations[d];
        window.pad[at] = pads[d];
        window.small[at] = small[2 + d];
        window.large[at] = large[2 + d];
        window.kernel[at] = weights[2 + d];
    }
}

}  // namespace

std::vector<std::int64_t> accumulate(const Accumulation& shape, std::span<const std::int32_t> x,
                                     std::span<const std::int32_t> w) {
    // No partial sum in any order can leave 32 bits when the sum of magnitudes does not: then the narrow loop is exact.
    const std::int64_t bound = shape.taps() * largest_magnitude(x) * largest_magnitude(w);
    if (bound <= std::numeric_limits<std::int32_t>::max()) {
        return accumulate_in<std::int32_t>(shape, x, w);
    }
    return accumulate_in<std::int64_t>(shape, x, w);
}

Accumulation accumulation_of(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const graph::Shape& data = context.tensor(node.inputs[0]).shape;
    const graph::Shape& weights = context.tensor(node.inputs[1]).shape;
    const graph::Shape& output = context.tensor(node.output).shape;
    Accumulation result;
    if (const auto* convolution = std::get_if<graph::Convolution>(&node.operation)) {
        result.groups = convolution->groups;
        set_window(result.window, convolution->strides, convolution->dilations, convolution->pads_begin, output, data,
                   weights);
    } else {
        const auto& deconvolution = std::get<graph::Deconvolution>(node.operation);
        result.transposed = true;
        result.groups = deconvolution.groups;
        set_window(result.window, deconvolution.strides, deconvolution.dilations, deconvolution.pads_begin, data,
                   output, weights);
    }
    result.batch = data[0];
    result.inputs_per_group = data[1] / result.groups;
    result.outputs_per_group = output[1] / result.groups;
    result.flip_kernel = context.broken(Deviation::kernel_flipped, id);
    if (context.broken(Deviation::dilation_ignored, id)) {
        result.window.dilation = {1, 1, 1};
    }
    return result;
}

}  // namespace difftest::oracle
