#include "backends/xnnpack/channels_last.hpp"
#include "backends/xnnpack/library_handle.hpp"
#include "backends/xnnpack/library_operator.hpp"

#include <limits>

namespace difftest::backends::xnnpack {
namespace {

template <typename Byte>
class Pooling final : public LibraryOperator {
public:
    Pooling(const PlannedOperator& planned, const Buffers& buffers)
        : pooling_(std::get<MaximumPooling>(planned.what)),
          source_(buffers.tensors[static_cast<std::size_t>(pooling_.data)]),
          target_(buffers.tensors[static_cast<std::size_t>(planned.output)]),
          input_(source_.size()),
          output_(target_.size()) {
        constexpr bool kSigned = std::numeric_limits<Byte>::is_signed;
        if constexpr (kSigned) {
            create(xnn_create_max_pooling2d_nhwc_s8, xnn_setup_max_pooling2d_nhwc_s8);
        } else {
            create(xnn_create_max_pooling2d_nhwc_u8, xnn_setup_max_pooling2d_nhwc_u8);
        }
    }

    void run() override {
        const quantized::PlaneGeometry& g = pooling_.geometry;
        const auto batch = static_cast<std::size_t>(g.batch);
        const auto channels = static_cast<std::size_t>(g.channels);
        to_channels_last(source_, reinterpret_cast<unsigned char*>(input_.data()), batch, channels,
                         static_cast<std::size_t>(g.height * g.width), 0);
        require(xnn_run_operator(handle_.get(), nullptr), "running the operator");
        from_channels_last(reinterpret_cast<unsigned char*>(output_.data()), target_, batch, channels,
                           static_cast<std::size_t>(g.out_height * g.out_width), 0);
    }

    std::string name() const override {
        return std::numeric_limits<Byte>::is_signed ? "max_pooling2d_nhwc_s8" : "max_pooling2d_nhwc_u8";
    }

    bool wrote_behind() const override { return !input_.is_fence_whole() || !output_.is_fence_whole(); }

private:
    template <typename Create, typename Setup>
    void create(Create make, Setup setup) {
        const quantized::PlaneGeometry& g = pooling_.geometry;
        const auto word = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
        const auto channels = static_cast<std::size_t>(g.channels);
        xnn_operator_t made = nullptr;
        require(make(word(g.pads_begin[0]), word(g.pads_end[1]), word(g.pads_end[0]), word(g.pads_begin[1]),
                     word(g.kernel[0]), word(g.kernel[1]), word(g.strides[0]), word(g.strides[1]), word(g.dilations[0]),
                     word(g.dilations[1]), channels, channels, channels, std::numeric_limits<Byte>::min(),
                     std::numeric_limits<Byte>::max(), 0U, &made),
                "creating the operator");
        handle_.reset(made);
        require(setup(made, static_cast<std::size_t>(g.batch), static_cast<std::size_t>(g.height),
                      static_cast<std::size_t>(g.width), input_.data(), output_.data(), nullptr),
                "setting up the operator");
    }

    MaximumPooling pooling_;
    std::span<const std::byte> source_;
    std::span<std::byte> target_;
    FencedBuffer<Byte> input_;
    FencedBuffer<Byte> output_;
    Handle handle_{nullptr, &xnn_delete_operator};
};

}  // namespace

std::unique_ptr<LibraryOperator> make_maximum_pooling(const graph::Case& value, const PlannedOperator& planned,
                                                      const Buffers& buffers) {
    if (value.graph.tensor(planned.output).type == graph::DataType::s8) {
        return std::make_unique<Pooling<std::int8_t>>(planned, buffers);
    }
    return std::make_unique<Pooling<std::uint8_t>>(planned, buffers);
}

}  // namespace difftest::backends::xnnpack
