#include "harness/generate/data_mode.hpp"
#include "harness/generate/drawn_weights.hpp"
#include "harness/generate/extreme_bias.hpp"
#include "harness/generate/steps.hpp"

#include <algorithm>
#include <cmath>

// Convolution and deconvolution. Geometry by construction: the parameters of a window are drawn first, then the sizes
// that they leave possible; on a tensor that is there the parameters follow its sizes.
namespace difftest::harness {
namespace {

using graph::DataType;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

struct Geometry {
    std::vector<std::int64_t> strides, dilations, begin, end, output_padding, kernel;
    Shape sizes;  ///< of the data's spatial dimensions
};

struct Channels {
    std::int64_t groups = 1;
    std::int64_t in_per_group = 1;
    std::int64_t out_per_group = 1;
};

enum class Form : std::uint8_t { any, pointwise, depthwise };

class WindowStep {
public:
    WindowStep(CaseGrower& grower, bool transposed, Form form = Form::any)
        : grower_(grower), choices_(grower.choices()), transposed_(transposed), form_(form) {}

    bool take() {
        const std::optional<TensorId> current = grower_.current();
        if (current && (grower_.shape(*current).size() < 3 || grower_.shape(*current).size() > 5 ||
                        grower_.type(*current) == DataType::s32)) {
            return false;
        }
        const std::size_t own = form_ == Form::any ? 1 + choices_.weighted({2, 7, 1}) : 2;
        const std::size_t dims = current ? grower_.shape(*current).size() - 2 : own;
        if (form_ != Form::any && dims != 2) {
            return false;
        }
        for (std::size_t d = 0; d < dims; ++d) {
            if (form_ != Form::any) {
                take_dimension(current ? std::optional(grower_.shape(*current)[d + 2]) : std::nullopt);
            } else if (!draw_dimension(current ? std::optional(grower_.shape(*current)[d + 2]) : std::nullopt, dims)) {
                return false;
            }
        }
        const Channels channels = draw_channels(current ? std::optional(grower_.shape(*current)[1]) : std::nullopt);
        Shape data{current ? grower_.shape(*current)[0] : choices_.one_of<std::int64_t>({1, 1, 1, 2, 3}),
                   channels.groups * channels.in_per_group};
        data.insert(data.end(), geometry_.sizes.begin(), geometry_.sizes.end());
        Shape weights{channels.groups * channels.out_per_group, channels.in_per_group};
        weights.insert(weights.end(), geometry_.kernel.begin(), geometry_.kernel.end());
        if (!affordable(data, weights)) {
            return false;
        }
        add_node(current, data, weights, channels.groups);
        return true;
    }

private:
    /// One spatial dimension; `size` is that of the data where it is given.
    bool draw_dimension(std::optional<std::int64_t> size, std::size_t dims) {
        const std::int64_t most = dims == 3   ? 4
                                  : dims == 2 ? grower_.limits().most_spatial
                                              : 2 * grower_.limits().most_spatial;
        std::int64_t kernel = choices_.one_of<std::int64_t>({1, 1, 2, 3, 3, 3, 4, 5});
        const std::int64_t dilation = choices_.one_of<std::int64_t>({1, 1, 1, 1, 2, 3});
        const std::int64_t stride = choices_.one_of<std::int64_t>({1, 1, 1, 2, 2, 3, 4});
        kernel = dims == 3 ? std::min<std::int64_t>(kernel, 3) : kernel;
        const std::int64_t reach = (kernel - 1) * dilation;
        const std::int64_t most_padding = choices_.chance(1, 12) ? reach + 2 : reach;
        std::int64_t begin = choices_.chance(1, 3) ? 0 : choices_.integer(0, most_padding);
        std::int64_t end = choices_.chance(1, 2) ? begin : choices_.integer(0, most_padding);
        const std::int64_t output_padding =
            choices_.chance(1, 3) ? choices_.integer(0, std::max(stride, dilation) - 1) : 0;
        if (size) {
            fit_padding(*size, reach, stride, output_padding, begin, end);
        } else {
            // One window fits (convolution), or the padding leaves something (deconvolution).
            const std::int64_t least = transposed_ ? (begin + end - reach - output_padding + stride - 1) / stride + 1
                                                   : reach + 1 - begin - end;
            const std::int64_t lowest = std::max<std::int64_t>(1, least);
            size = choices_.chance(1, 8) ? lowest : choices_.integer(lowest, std::max(lowest, most));
        }
        const std::int64_t result = transposed_ ? (*size - 1) * stride - begin - end + reach + 1 + output_padding
                                                : (*size + begin + end - reach - 1) / stride + 1;
        if (result < 1 || (!transposed_ && *size + begin + end < reach + 1)) {
            return false;
        }
        geometry_.kernel.push_back(kernel);
        geometry_.dilations.push_back(dilation);
        geometry_.strides.push_back(stride);
        geometry_.begin.push_back(begin);
        geometry_.end.push_back(end);
        geometry_.output_padding.push_back(output_padding);
        geometry_.sizes.push_back(*size);
        return true;
    }

    /// Of a form that leaves no choice but the stride, which is that of the first dimension.
    void take_dimension(std::optional<std::int64_t> size) {
        const std::int64_t kernel = form_ == Form::pointwise ? 1 : 3;
        const bool is_first = geometry_.strides.empty();
        const std::int64_t stride = form_ == Form::pointwise ? 1 : choices_.integer(1, 2);
        geometry_.kernel.push_back(kernel);
        geometry_.dilations.push_back(1);
        geometry_.strides.push_back(is_first ? stride : geometry_.strides.front());
        geometry_.begin.push_back(kernel / 2);
        geometry_.end.push_back(kernel / 2);
        geometry_.output_padding.push_back(0);
        geometry_.sizes.push_back(size ? *size : choices_.integer(1, grower_.limits().most_spatial));
    }

    /// Padding that leaves a result for data of this size.
    void fit_padding(std::int64_t size, std::int64_t reach, std::int64_t stride, std::int64_t output_padding,
                     std::int64_t& begin, std::int64_t& end) const {
        if (!transposed_) {
            const std::int64_t missing = reach + 1 - size - begin - end;
            end += std::max<std::int64_t>(missing, 0);
            return;
        }
        const std::int64_t most = (size - 1) * stride + reach + output_padding;
        begin = std::min(begin, most);
        end = std::min(end, most - begin);
    }

    Channels draw_channels(std::optional<std::int64_t> given) {
        const std::int64_t most = grower_.limits().most_channels;
        constexpr std::size_t kDepthwise = 2;
        const std::size_t kind = form_ == Form::any         ? choices_.weighted({6, 2, 3})
                                 : form_ == Form::pointwise ? 0
                                                            : kDepthwise;
        Channels channels;
        channels.in_per_group = given ? *given : size_near_blocks(choices_, most);
        channels.out_per_group = size_near_blocks(choices_, most);
        if (kind == 1) {
            std::int64_t groups = choices_.one_of<std::int64_t>({2, 2, 3, 4});
            while (given && *given % groups != 0) {
                --groups;
            }
            channels.groups = groups;
            channels.in_per_group = given ? *given / groups : std::min<std::int64_t>(channels.in_per_group, 17);
            channels.out_per_group = std::min<std::int64_t>(channels.out_per_group, 17);
        } else if (kind == 2) {
            channels.groups = channels.in_per_group;
            channels.in_per_group = 1;
            channels.out_per_group = form_ == Form::any && choices_.chance(1, 6) ? 2 : 1;
        }
        return channels;
    }

    bool affordable(const Shape& data, const Shape& weights) const {
        double products = static_cast<double>(data[0]);
        for (const std::int64_t size : weights) {
            products *= static_cast<double>(size);
        }
        double elements = static_cast<double>(data[0] * weights[0]);
        for (std::size_t d = 0; d < geometry_.sizes.size(); ++d) {
            const std::int64_t result =
                transposed_ ? geometry_.sizes[d] * geometry_.strides[d] + geometry_.kernel[d] * geometry_.dilations[d]
                            : geometry_.sizes[d] + geometry_.begin[d] + geometry_.end[d];
            products *= static_cast<double>(transposed_ ? geometry_.sizes[d] : result);
            elements *= static_cast<double>(result);
        }
        return products <= static_cast<double>(grower_.limits().most_products) &&
               elements <= static_cast<double>(4 * grower_.limits().most_elements);
    }

    TensorId zero_point(DataType type, std::int64_t channels) {
        const bool extreme = choices_.chance(1, 3);
        const bool single = choices_.chance(2, 3);
        TensorData data(DataType::s32, single ? Shape{} : Shape{channels});
        for (std::int64_t i = 0; i < data.size(); ++i) {
            const std::int64_t lo = graph::lowest_of(type);
            const std::int64_t hi = graph::highest_of(type);
            data.set(i, static_cast<double>(extreme ? choices_.one_of({lo, hi, lo + 1}) : choices_.integer(lo, hi)));
        }
        return grower_.constant("zp", data);
    }

    void add_node(std::optional<TensorId> current, const Shape& data, const Shape& weights, std::int64_t groups) {
        if (!current) {
            const DataType type = choices_.one_of({DataType::u8, DataType::u8, DataType::u8, DataType::s8, DataType::s8,
                                                   DataType::s8, DataType::s8, DataType::f32});
            current = grower_.input("input", drawn_data(grower_, type, data, 4));
        }
        const DataType type = grower_.type(*current);
        const bool integers = graph::is_integer(type);
        const bool with_bias = choices_.chance(1, 2);
        const bool with_zero_point = integers && grower_.limits().zero_points && choices_.chance(1, 3);
        TensorData weights_data = drawn_weights(grower_, type, weights);
        std::optional<TensorData> bias;
        if (with_bias && integers && choices_.chance(1, 40)) {
            bias = bias_near_the_ends(grower_, weights_data, type == DataType::u8 && !with_zero_point);
        } else if (with_bias) {
            const bool cancelling = choices_.chance(1, 12);
            bias = drawn_data(grower_, integers ? DataType::s32 : type, {weights[0]},
                              integers ? (cancelling ? 0x1p25 : choices_.one_of({100.0, 30000.0})) : 4.0);
        }
        std::vector<TensorId> inputs{*current, grower_.constant("weights", std::move(weights_data)), graph::kAbsent,
                                     graph::kAbsent};
        if (with_zero_point) {
            inputs[3] = zero_point(type, data[1]);
        }
        const DataType result = integers ? DataType::s32 : DataType::f32;
        const graph::Operation operation = geometry_operation(groups);
        if (bias && integers && choices_.chance(1, 12)) {
            bias = bias_that_cancels(choices_, grower_.probed(operation, inputs, result));
        }
        if (bias) {
            inputs[2] = grower_.constant("bias", std::move(*bias));
        }
        grower_.node(transposed_ ? "deconv" : "conv", operation, inputs, result);
    }

    graph::Operation geometry_operation(std::int64_t groups) const {
        const Geometry& g = geometry_;
        if (transposed_) {
            return graph::Deconvolution{g.strides, g.dilations, g.begin, g.end, g.output_padding, groups};
        }
        return graph::Convolution{g.strides, g.dilations, g.begin, g.end, groups};
    }

    CaseGrower& grower_;
    ChoiceSource& choices_;
    bool transposed_;
    Form form_;
    Geometry geometry_;
};

}  // namespace

bool add_window(CaseGrower& grower, bool transposed) {
    return WindowStep(grower, transposed).take();
}

bool add_pointwise(CaseGrower& grower) {
    return WindowStep(grower, false, Form::pointwise).take();
}

bool add_depthwise(CaseGrower& grower) {
    return WindowStep(grower, false, Form::depthwise).take();
}

}  // namespace difftest::harness
