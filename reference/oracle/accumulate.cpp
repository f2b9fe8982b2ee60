#include "reference/oracle/accumulate.hpp"

namespace difftest::oracle {
namespace {

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
    if (context.broken(Deviation::deconvolution_padding_shifted, id)) {
        // As a convolution it has the padding k - 1 - pad, in halves: an even kernel loses one.
        for (std::size_t d = 0; d < Window::kDims; ++d) {
            result.window.pad[d] += result.window.kernel[d] % 2 == 0 ? 1 : 0;
        }
    }
    return result;
}

}  // namespace difftest::oracle
