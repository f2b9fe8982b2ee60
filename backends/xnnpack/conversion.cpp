#include "backends/xnnpack/library_handle.hpp"
#include "backends/xnnpack/library_operator.hpp"

#include <cstring>
#include <limits>
#include <type_traits>

namespace difftest::backends::xnnpack {
namespace {

/// Between f32 and 8 bits, element by element.
template <typename From, typename To>
class Conversion final : public LibraryOperator {
public:
    Conversion(graph::TensorId data, float scale, std::int64_t zero_point, const PlannedOperator& planned,
               const Buffers& buffers)
        : source_(buffers.tensors[static_cast<std::size_t>(data)]),
          target_(buffers.tensors[static_cast<std::size_t>(planned.output)]),
          input_(source_.size() / sizeof(From)),
          output_(target_.size() / sizeof(To)) {
        xnn_operator_t made = nullptr;
        require(create(scale, zero_point, &made), "creating the operator");
        handle_.reset(made);
        require(setup(made), "setting up the operator");
    }

    void run() override {
        std::memcpy(input_.data(), source_.data(), source_.size());
        require(xnn_run_operator(handle_.get(), nullptr), "running the operator");
        std::memcpy(target_.data(), output_.data(), target_.size());
    }

    std::string name() const override {
        constexpr bool kToFloat = std::is_same_v<To, float>;
        constexpr bool kSigned = std::is_same_v<From, std::int8_t> || std::is_same_v<To, std::int8_t>;
        return std::string("convert_nc_") +
               (kToFloat ? (kSigned ? "qs8_f32" : "qu8_f32") : (kSigned ? "f32_qs8" : "f32_qu8"));
    }

    bool wrote_behind() const override { return !input_.is_fence_whole() || !output_.is_fence_whole(); }

private:
    static xnn_status create(float scale, std::int64_t zero_point, xnn_operator_t* made) {
        if constexpr (std::is_same_v<To, std::int8_t>) {
            return xnn_create_convert_nc_f32_qs8(1, 1, 1, scale, static_cast<To>(zero_point), -128, 127, 0, made);
        } else if constexpr (std::is_same_v<To, std::uint8_t>) {
            return xnn_create_convert_nc_f32_qu8(1, 1, 1, scale, static_cast<To>(zero_point), 0, 255, 0, made);
        } else if constexpr (std::is_same_v<From, std::int8_t>) {
            return xnn_create_convert_nc_qs8_f32(1, 1, 1, scale, static_cast<From>(zero_point), 0, made);
        } else {
            return xnn_create_convert_nc_qu8_f32(1, 1, 1, scale, static_cast<From>(zero_point), 0, made);
        }
    }

    xnn_status setup(xnn_operator_t made) {
        const std::size_t count = input_.size();
        if constexpr (std::is_same_v<To, std::int8_t>) {
            return xnn_setup_convert_nc_f32_qs8(made, count, input_.data(), output_.data(), nullptr);
        } else if constexpr (std::is_same_v<To, std::uint8_t>) {
            return xnn_setup_convert_nc_f32_qu8(made, count, input_.data(), output_.data(), nullptr);
        } else if constexpr (std::is_same_v<From, std::int8_t>) {
            return xnn_setup_convert_nc_qs8_f32(made, count, input_.data(), output_.data(), nullptr);
        } else {
            return xnn_setup_convert_nc_qu8_f32(made, count, input_.data(), output_.data(), nullptr);
        }
    }

    std::span<const std::byte> source_;
    std::span<std::byte> target_;
    FencedBuffer<From> input_;
    FencedBuffer<To> output_;
    Handle handle_{nullptr, &xnn_delete_operator};
};

}  // namespace

std::unique_ptr<LibraryOperator> make_conversion(const graph::Case& value, const PlannedOperator& planned,
                                                 const Buffers& buffers) {
    if (const auto* quantization = std::get_if<Quantization>(&planned.what)) {
        const auto& [data, scale, zero_point] = *quantization;
        if (value.graph.tensor(planned.output).type == graph::DataType::s8) {
            return std::make_unique<Conversion<float, std::int8_t>>(data, scale, zero_point, planned, buffers);
        }
        return std::make_unique<Conversion<float, std::uint8_t>>(data, scale, zero_point, planned, buffers);
    }
    const auto& [data, scale, zero_point] = std::get<Dequantization>(planned.what);
    if (value.graph.tensor(data).type == graph::DataType::s8) {
        return std::make_unique<Conversion<std::int8_t, float>>(data, scale, zero_point, planned, buffers);
    }
    return std::make_unique<Conversion<std::uint8_t, float>>(data, scale, zero_point, planned, buffers);
}

}  // namespace difftest::backends::xnnpack
