// Operators with a moving window: convolutions and poolings of any number of spatial dimensions. ONNX, Conv-11,
// ConvTranspose-11, MaxPool-12, AveragePool-11.
#include "harness/workbench/model_evaluation.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace difftest::harness {
namespace {

using Index = std::vector<std::int64_t>;

struct Window {
    Index kernel, strides, dilations, begin, end;
};

constexpr std::int64_t kMostExtent = 1 << 16;    ///< of kernel, stride, dilation and pad
constexpr std::int64_t kMostElements = 1 << 26;  ///< of a plane of results

bool is_within(const Index& values, std::int64_t least) {
    return std::all_of(values.begin(), values.end(),
                       [least](auto each) { return each >= least && each <= kMostExtent; });
}

Window window_of(const ModelNode& node, const graph::Shape& kernel) {
    const std::size_t rank = kernel.size();
    const Index ones(rank, 1);
    const Index pads = node.integers("pads", Index(2 * rank, 0));
    Window window{kernel, node.integers("strides", ones), node.integers("dilations", ones), {}, {}};
    if (node.integer("ceil_mode", 0) != 0) {
        refuse_node(node, "ceil_mode is not evaluated");
    }
    if (pads.size() != 2 * rank || window.strides.size() != rank || window.dilations.size() != rank ||
        !is_within(kernel, 1) || !is_within(window.strides, 1) || !is_within(window.dilations, 1) ||
        !is_within(pads, 0)) {
        refuse_node(node, "strides, dilations or pads do not fit the kernel");
    }
    const auto half = pads.begin() + static_cast<std::ptrdiff_t>(rank);
    window.begin.assign(pads.begin(), half);
    window.end.assign(half, pads.end());
    return window;
}

std::int64_t product(const Index& extents) {
    std::int64_t result = 1;
    for (const std::int64_t each : extents) {
        result *= each;
    }
    return result;
}

/// The place of number `flat` in a row-major box.
Index place_of(std::int64_t flat, const Index& extents) {
    Index place(extents.size());
    for (std::size_t d = extents.size(); d-- > 0;) {
        place[d] = flat % extents[d];
        flat /= extents[d];
    }
    return place;
}

/// The flat number of a place, -1 outside.
std::int64_t flat_of(const Index& place, const Index& extents) {
    std::int64_t flat = 0;
    for (std::size_t d = 0; d < extents.size(); ++d) {
        if (place[d] < 0 || place[d] >= extents[d]) {
            return -1;
        }
        flat = flat * extents[d] + place[d];
    }
    return flat;
}

Index spatial(const graph::Shape& shape) {
    return {shape.begin() + 2, shape.end()};
}

void check_size(const ModelNode& node, const Index& extents) {
    std::int64_t elements = 1;
    for (const std::int64_t each : extents) {
        elements = each > kMostElements ? each : elements * each;
        if (elements > kMostElements) {
            refuse_node(node, "absurdly many output elements");
        }
    }
}

Index pooled_extents(const ModelNode& node, const Index& in, const Window& w) {
    Index out;
    for (std::size_t d = 0; d < in.size(); ++d) {
        const std::int64_t reach = (w.kernel[d] - 1) * w.dilations[d] + 1;
        const std::int64_t room = in[d] + w.begin[d] + w.end[d] - reach;
        if (room < 0) {
            refuse_node(node, "the kernel is larger than the padded data");
        }
        out.push_back(room / w.strides[d] + 1);
    }
    check_size(node, out);
    return out;
}

/// The taps of one output place, as pairs of kernel and data positions inside the data.
std::vector<std::pair<std::int64_t, std::int64_t>> taps_of(const Index& place, const Index& in, const Window& w,
                                                           bool transposed) {
    std::vector<std::pair<std::int64_t, std::int64_t>> taps;
    for (std::int64_t k = 0; k < product(w.kernel); ++k) {
        Index at = place_of(k, w.kernel);
        bool hit = true;
        for (std::size_t d = 0; d < in.size(); ++d) {
            const std::int64_t reach = at[d] * w.dilations[d];
            if (transposed) {
                const std::int64_t moved = place[d] + w.begin[d] - reach;
                hit = hit && moved % w.strides[d] == 0 && moved >= 0;
                at[d] = moved / w.strides[d];
            } else {
                at[d] = place[d] * w.strides[d] - w.begin[d] + reach;
            }
        }
        const std::int64_t from = hit ? flat_of(at, in) : -1;
        if (from >= 0) {
            taps.emplace_back(k, from);
        }
    }
    return taps;
}

RealTensor pooling(const ModelNode& node, const RealTensor& x, const Window& w) {
    const Index in = spatial(x.shape);
    const Index out = pooled_extents(node, in, w);
    const bool is_maximum = node.type == "MaxPool";
    const bool counts_padding = node.integer("count_include_pad", 0) != 0;
    RealTensor y{{x.shape[0], x.shape[1]}, {}};
    y.shape.insert(y.shape.end(), out.begin(), out.end());
    const std::int64_t in_size = product(in);
    for (std::int64_t plane = 0; plane < x.shape[0] * x.shape[1]; ++plane) {
        for (std::int64_t o = 0; o < product(out); ++o) {
            const auto taps = taps_of(place_of(o, out), in, w, false);
            double result = is_maximum ? -std::numeric_limits<double>::infinity() : 0;
            for (const auto& [k, from] : taps) {
                const double value = x.values[static_cast<std::size_t>(plane * in_size + from)];
                result = is_maximum ? std::max(result, value) : result + value;
            }
            const auto divisor = counts_padding ? product(w.kernel) : static_cast<std::int64_t>(taps.size());
            y.values.push_back(is_maximum ? result : result / static_cast<double>(std::max<std::int64_t>(divisor, 1)));
        }
    }
    return y;
}

Index output_extents(const ModelNode& node, const Index& in, const Window& w, bool transposed) {
    if (!transposed) {
        return pooled_extents(node, in, w);
    }
    const Index padding = node.integers("output_padding", Index(in.size(), 0));
    if (node.attributes.contains("output_shape") || padding.size() != in.size() || !is_within(padding, 0)) {
        refuse_node(node, "output_shape is not evaluated, output_padding needs every dimension");
    }
    Index out;
    for (std::size_t d = 0; d < in.size(); ++d) {
        out.push_back((in[d] - 1) * w.strides[d] - w.begin[d] - w.end[d] + (w.kernel[d] - 1) * w.dilations[d] + 1 +
                      padding[d]);
        if (out.back() < 1) {
            refuse_node(node, "no output element");
        }
    }
    check_size(node, out);
    return out;
}

RealTensor convolution(const ModelNode& node, const RealTensor& x, const RealTensor& weights, const RealTensor* bias) {
    const bool transposed = node.type == "ConvTranspose";
    const std::int64_t groups = node.integer("group", 1);
    const std::int64_t channels = x.shape[1];
    // Conv: [O, C/g, ...]. ConvTranspose: [C, O/g, ...].
    const std::int64_t outputs = transposed ? weights.shape[1] * groups : weights.shape[0];
    const bool fits = groups > 0 && channels % groups == 0 && outputs % groups == 0 &&
                      (transposed ? weights.shape[0] == channels : weights.shape[1] == channels / groups);
    if (!fits || (bias != nullptr && static_cast<std::int64_t>(bias->values.size()) != outputs)) {
        refuse_node(node, "channels of data, weights, bias and groups do not fit");
    }
    const Window w = window_of(node, spatial(weights.shape));
    const Index in = spatial(x.shape);
    const Index out = output_extents(node, in, w, transposed);
    const std::int64_t in_size = product(in), kernel = product(w.kernel);
    const std::int64_t group_in = channels / groups, group_out = outputs / groups;
    RealTensor y{{x.shape[0], outputs}, {}};
    y.shape.insert(y.shape.end(), out.begin(), out.end());
    const std::int64_t out_size = product(out);
    y.values.assign(static_cast<std::size_t>(x.shape[0] * outputs * out_size), 0);
    for (std::int64_t o = 0; o < out_size; ++o) {
        const auto taps = taps_of(place_of(o, out), in, w, transposed);
        for (std::int64_t n = 0; n < x.shape[0]; ++n) {
            for (std::int64_t oc = 0; oc < outputs; ++oc) {
                double sum = bias == nullptr ? 0 : bias->values[static_cast<std::size_t>(oc)];
                const std::int64_t group = oc / group_out;
                for (std::int64_t ic = 0; ic < group_in; ++ic) {
                    const std::int64_t channel = group * group_in + ic;
                    const std::int64_t row = transposed ? channel * group_out + oc % group_out : oc * group_in + ic;
                    for (const auto& [k, from] : taps) {
                        sum += x.values[static_cast<std::size_t>((n * channels + channel) * in_size + from)] *
                               weights.values[static_cast<std::size_t>(row * kernel + k)];
                    }
                }
                y.values[static_cast<std::size_t>((n * outputs + oc) * out_size + o)] = sum;
            }
        }
    }
    return y;
}

}  // namespace

RealTensor evaluate_window(const ModelNode& node, const std::vector<const RealTensor*>& inputs) {
    const RealTensor& x = *inputs[0];
    if (x.shape.size() < 3) {
        refuse_node(node, "the data have no spatial dimension");
    }
    if (node.type == "GlobalAveragePool") {
        const Index all = spatial(x.shape);
        const Index ones(all.size(), 1), none(all.size(), 0);
        return pooling(node, x, {all, ones, ones, none, none});
    }
    if (node.type == "MaxPool" || node.type == "AveragePool") {
        const Index kernel = node.integers("kernel_shape", {});
        if (kernel.size() + 2 != x.shape.size()) {
            refuse_node(node, "kernel_shape does not fit the data");
        }
        return pooling(node, x, window_of(node, kernel));
    }
    if (inputs.size() < 2 || inputs[1] == nullptr || inputs[1]->shape.size() != x.shape.size()) {
        refuse_node(node, "the weights do not fit the data");
    }
    return convolution(node, x, *inputs[1], inputs.size() > 2 ? inputs[2] : nullptr);
}

}  // namespace difftest::harness
