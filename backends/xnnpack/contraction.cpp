#include "backends/quantized_operators/constant_values.hpp"
#include "backends/xnnpack/channels_last.hpp"
#include "backends/xnnpack/library_handle.hpp"
#include "backends/xnnpack/library_operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace difftest::backends::xnnpack {
namespace {

using quantized::ContractionOperator;
using quantized::PlaneGeometry;

/// The scales that the library takes: below, this build of it ends the process by an assertion; from the upper one on
/// it refuses (src/qs8-requantization, src/operators/convolution-nhwc.c).
constexpr float kSmallestScale = 0x1p-32F;
constexpr float kScaleBeyond = 256.0F;

std::uint32_t word(std::int64_t value) {
    return static_cast<std::uint32_t>(value);
}
std::size_t size(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// Everything in the library's type.
template <typename Byte>
struct Parameters {
    Byte data_zero_point, weights_zero_point, output_zero_point, lowest, highest;
    std::vector<Byte> weights;  ///< [outputs, kernel height, kernel width, channels of the group]
    std::vector<std::int32_t> bias;
    std::vector<float> scales;
};

template <typename Byte>
class Contraction final : public LibraryOperator {
public:
    Contraction(const graph::Case& value, const PlannedOperator& planned, const OperatorOptions& options,
                const Buffers& buffers)
        : op_(std::get<ContractionOperator>(planned.what)),
          kind_(planned.kind),
          source_(buffers.tensors[size(op_.data)]),
          target_(buffers.tensors[size(planned.output)]),
          source_flip_(flip_of(value.graph.tensor(op_.data).type == graph::DataType::s8, kSigned)),
          target_flip_(flip_of(value.graph.tensor(planned.output).type == graph::DataType::s8, kSigned)),
          input_(source_.size()),
          output_(target_.size()) {
        Parameters<Byte> parameters = parameters_of(value, planned.output);
        const bool clamps = parameters.lowest != std::numeric_limits<Byte>::min() ||
                            parameters.highest != std::numeric_limits<Byte>::max();
        if (options.separate_clamp && clamps) {
            make_clamp(parameters.lowest, parameters.highest);
            parameters.lowest = std::numeric_limits<Byte>::min();
            parameters.highest = std::numeric_limits<Byte>::max();
        }
        if (parameters.lowest >= parameters.highest) {
            throw Unsupported("a clamp to a single value");
        }
        create(parameters);
    }

    void run() override {
        const PlaneGeometry& g = op_.geometry;
        const bool rows = op_.kind == ContractionOperator::Kind::fully_connected;
        const std::size_t places = rows ? 1 : size(g.height * g.width);
        const std::size_t out_places = rows ? 1 : size(g.out_height * g.out_width);
        to_channels_last(source_, bytes(input_.data()), size(g.batch), size(g.channels), places, source_flip_);
        require(xnn_run_operator(handle_.get(), nullptr), "running the operator");
        if (clamp_) {
            require(xnn_run_operator(clamp_.get(), nullptr), "running the clamp");
        }
        from_channels_last(bytes(output_.data()), target_, size(g.batch), size(g.outputs), out_places, target_flip_);
    }

    std::string name() const override {
        return fmt::format("{}_{}{}", kind_, per_channel_ ? "qc8" : (kSigned ? "qs8" : "qu8"),
                           clamp_ ? "+clamp_nc" : "");
    }

    bool wrote_behind() const override { return !input_.is_fence_whole() || !output_.is_fence_whole(); }

private:
    static constexpr bool kSigned = std::numeric_limits<Byte>::is_signed;

    static unsigned char* bytes(Byte* data) { return reinterpret_cast<unsigned char*>(data); }

    Parameters<Byte> parameters_of(const graph::Case& value, graph::TensorId output) const {
        const bool data_signed = value.graph.tensor(op_.data).type == graph::DataType::s8;
        const bool weights_signed = value.graph.tensor(op_.weights).type == graph::DataType::s8;
        const bool output_signed = value.graph.tensor(output).type == graph::DataType::s8;
        const quantized::Requantization& q = op_.requantization;
        Parameters<Byte> p{};
        p.data_zero_point = static_cast<Byte>(shifted(op_.data_zero_point, data_signed, kSigned));
        p.weights_zero_point = static_cast<Byte>(shifted(op_.weights_zero_point, weights_signed, kSigned));
        p.output_zero_point = static_cast<Byte>(shifted(q.zero_point, output_signed, kSigned));
        p.lowest = static_cast<Byte>(shifted(q.lowest, output_signed, kSigned));
        p.highest = static_cast<Byte>(shifted(q.highest, output_signed, kSigned));
        p.bias.assign(op_.bias.begin(), op_.bias.end());
        p.scales = q.multipliers;
        const auto usable = [](float scale) { return scale >= kSmallestScale && scale < kScaleBeyond; };
        if (!std::all_of(p.scales.begin(), p.scales.end(), usable)) {
            throw Unsupported("a requantization scale outside [2^-32, 256)");
        }
        if (kSigned && p.weights_zero_point != 0) {
            throw Unsupported("qs8 operators have no zero point of the weights");
        }
        if (p.scales.size() > 1 && (!kSigned || op_.kind != ContractionOperator::Kind::convolution)) {
            throw Unsupported("only convolutions of signed data have a scale for each channel");
        }
        p.weights.resize(size(value.data_of(op_.weights).size()));
        const unsigned char flip = flip_of(weights_signed, kSigned);
        const std::span<const std::byte> weights = value.data_of(op_.weights).bytes();
        const PlaneGeometry& g = op_.geometry;
        if (op_.weights_are_columns) {
            // [K, N] to [N, K]
            to_channels_last(weights, bytes(p.weights.data()), 1, size(g.channels), size(g.outputs), flip);
        } else if (op_.kind == ContractionOperator::Kind::fully_connected) {
            to_channels_last(weights, bytes(p.weights.data()), 1, 1, p.weights.size(), flip);
        } else {
            to_channels_last(weights, bytes(p.weights.data()), size(g.outputs), size(g.channels / g.groups),
                             size(g.kernel[0] * g.kernel[1]), flip);
        }
        return p;
    }

    void make_clamp(Byte lowest, Byte highest) {
        xnn_operator_t made = nullptr;
        if constexpr (kSigned) {
            require(xnn_create_clamp_nc_s8(1, 1, 1, lowest, highest, 0, &made), "creating the clamp");
            clamp_.reset(made);
            require(xnn_setup_clamp_nc_s8(made, output_.size(), output_.data(), output_.data(), nullptr),
                    "setting up the clamp");
        } else {
            require(xnn_create_clamp_nc_u8(1, 1, 1, lowest, highest, 0, &made), "creating the clamp");
            clamp_.reset(made);
            require(xnn_setup_clamp_nc_u8(made, output_.size(), output_.data(), output_.data(), nullptr),
                    "setting up the clamp");
        }
    }

    void create(const Parameters<Byte>& p) {
        per_channel_ = p.scales.size() > 1;
        switch (op_.kind) {
            case ContractionOperator::Kind::convolution: return create_convolution(p);
            case ContractionOperator::Kind::deconvolution: return create_deconvolution(p);
            default: return create_fully_connected(p);
        }
    }

    const std::int32_t* bias_of(const Parameters<Byte>& p) const { return p.bias.empty() ? nullptr : p.bias.data(); }

    /// Calls `function(geometry..., data zero point, data scale 1, SCALES..., weights, bias, output...)`.
    template <typename Function, typename... Scales>
    void create_window(Function function, const Parameters<Byte>& p, Scales... scales) {
        const PlaneGeometry& g = op_.geometry;
        xnn_operator_t made = nullptr;
        require(
            function(word(g.pads_begin[0]), word(g.pads_end[1]), word(g.pads_end[0]), word(g.pads_begin[1]),
                     word(g.kernel[0]), word(g.kernel[1]), word(g.strides[0]), word(g.strides[1]), word(g.dilations[0]),
                     word(g.dilations[1]), word(g.groups), size(g.channels / g.groups), size(g.outputs / g.groups),
                     size(g.channels), size(g.outputs), p.data_zero_point, 1.0F, scales..., p.weights.data(),
                     bias_of(p), p.output_zero_point, 1.0F, p.lowest, p.highest, 0U, &made),
            "creating the operator");
        handle_.reset(made);
    }

    void create_convolution(const Parameters<Byte>& p) {
        const PlaneGeometry& g = op_.geometry;
        if constexpr (kSigned) {
            if (per_channel_) {
                create_window(xnn_create_convolution2d_nhwc_qc8, p, p.scales.data());
                require(xnn_setup_convolution2d_nhwc_qc8(handle_.get(), size(g.batch), size(g.height), size(g.width),
                                                         input_.data(), output_.data(), nullptr),
                        "setting up the operator");
                return;
            }
            create_window(xnn_create_convolution2d_nhwc_qs8, p, p.scales[0]);
            require(xnn_setup_convolution2d_nhwc_qs8(handle_.get(), size(g.batch), size(g.height), size(g.width),
                                                     input_.data(), output_.data(), nullptr),
                    "setting up the operator");
        } else {
            create_window(xnn_create_convolution2d_nhwc_qu8, p, p.weights_zero_point, p.scales[0]);
            require(xnn_setup_convolution2d_nhwc_qu8(handle_.get(), size(g.batch), size(g.height), size(g.width),
                                                     input_.data(), output_.data(), nullptr),
                    "setting up the operator");
        }
    }

    void create_deconvolution(const Parameters<Byte>& p) {
        const PlaneGeometry& g = op_.geometry;
        const auto setup = [&](auto function) {
            require(function(handle_.get(), size(g.batch), size(g.height), size(g.width), word(g.output_padding[0]),
                             word(g.output_padding[1]), input_.data(), output_.data(), nullptr),
                    "setting up the operator");
        };
        if constexpr (kSigned) {
            create_window(xnn_create_deconvolution2d_nhwc_qs8, p, p.scales[0]);
            setup(xnn_setup_deconvolution2d_nhwc_qs8);
        } else {
            create_window(xnn_create_deconvolution2d_nhwc_qu8, p, p.weights_zero_point, p.scales[0]);
            setup(xnn_setup_deconvolution2d_nhwc_qu8);
        }
    }

    void create_fully_connected(const Parameters<Byte>& p) {
        const PlaneGeometry& g = op_.geometry;
        const std::size_t inputs = size(g.channels);
        const std::size_t outputs = size(g.outputs);
        xnn_operator_t made = nullptr;
        if constexpr (kSigned) {
            require(xnn_create_fully_connected_nc_qs8(inputs, outputs, inputs, outputs, p.data_zero_point, 1.0F,
                                                      p.scales[0], p.weights.data(), bias_of(p), p.output_zero_point,
                                                      1.0F, p.lowest, p.highest, 0, &made),
                    "creating the operator");
            handle_.reset(made);
            require(xnn_setup_fully_connected_nc_qs8(made, size(g.batch), input_.data(), output_.data(), nullptr),
                    "setting up the operator");
        } else {
            require(xnn_create_fully_connected_nc_qu8(inputs, outputs, inputs, outputs, p.data_zero_point, 1.0F,
                                                      p.weights_zero_point, p.scales[0], p.weights.data(), bias_of(p),
                                                      p.output_zero_point, 1.0F, p.lowest, p.highest, 0, &made),
                    "creating the operator");
            handle_.reset(made);
            require(xnn_setup_fully_connected_nc_qu8(made, size(g.batch), input_.data(), output_.data(), nullptr),
                    "setting up the operator");
        }
    }

    ContractionOperator op_;
    std::string kind_;
    std::span<const std::byte> source_;
    std::span<std::byte> target_;
    unsigned char source_flip_;
    unsigned char target_flip_;
    FencedBuffer<Byte> input_;
    FencedBuffer<Byte> output_;
    bool per_channel_ = false;
    Handle handle_{nullptr, &xnn_delete_operator};
    Handle clamp_{nullptr, &xnn_delete_operator};
};

/// Signed weights without a zero point are what the signed operators are for; everything else fits the unsigned ones.
ByteType best_type(const graph::Case& value, const ContractionOperator& op) {
    const bool weights_signed = value.graph.tensor(op.weights).type == graph::DataType::s8;
    const bool fits_signed = shifted(op.weights_zero_point, weights_signed, true) == 0;
    const bool data_signed = value.graph.tensor(op.data).type == graph::DataType::s8;
    const bool wants_signed = data_signed || op.requantization.multipliers.size() > 1;
    return fits_signed && wants_signed ? ByteType::qs8 : ByteType::qu8;
}

}  // namespace

std::unique_ptr<LibraryOperator> make_contraction(const graph::Case& value, const PlannedOperator& planned,
                                                  const OperatorOptions& options, const Buffers& buffers) {
    const auto& op = std::get<ContractionOperator>(planned.what);
    if (options.byte_type.value_or(best_type(value, op)) == ByteType::qs8) {
        return std::make_unique<Contraction<std::int8_t>>(value, planned, options, buffers);
    }
    return std::make_unique<Contraction<std::uint8_t>>(value, planned, options, buffers);
}

}  // namespace difftest::backends::xnnpack
