#include "backends/xnnpack/library_handle.hpp"
#include "backends/xnnpack/library_operator.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <list>
#include <variant>

namespace difftest::backends::xnnpack {
namespace {

using Buffer = std::variant<FencedBuffer<float>, FencedBuffer<std::int8_t>, FencedBuffer<std::uint8_t>>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::size_t count_of(const graph::Shape& shape) {
    return static_cast<std::size_t>(graph::element_count(shape).value());
}

/// A value between the operators of one node.
struct Value {
    const float* data;
    graph::Shape shape;
};

/// The operators of one element-by-element node, one after the other, on f32 buffers of our own.
class PointwiseOperators final : public LibraryOperator {
public:
    PointwiseOperators(const graph::Case& value, const PlannedOperator& planned, const Buffers& buffers)
        : graph_(value.graph), buffers_(buffers), target_(buffers.tensors[static_cast<std::size_t>(planned.output)]) {
        if (const auto* dequantization = std::get_if<Dequantization>(&planned.what)) {
            const float* const result =
                to_float(dequantization->data, dequantization->scale, dequantization->zero_point);
            result_ = reinterpret_cast<const std::byte*>(result);
            return;
        }
        const auto& pointwise = std::get<Pointwise>(planned.what);
        Value current = real(pointwise.data);
        for (const FloatStep& step : pointwise.steps) {
            current = step.kind == FloatStep::Kind::clamp ? clamped(current, step) : combined(current, step);
        }
        const graph::DataType type = graph_.tensor(planned.output).type;
        if (type == graph::DataType::f32) {
            result_ = reinterpret_cast<const std::byte*>(current.data);
        } else if (type == graph::DataType::s8) {
            quantize<std::int8_t>(current, pointwise, xnn_create_convert_nc_f32_qs8, xnn_setup_convert_nc_f32_qs8,
                                  "convert_nc_f32_qs8");
        } else {
            quantize<std::uint8_t>(current, pointwise, xnn_create_convert_nc_f32_qu8, xnn_setup_convert_nc_f32_qu8,
                                   "convert_nc_f32_qu8");
        }
    }

    void run() override {
        for (const Load& load : loads_) {
            std::memcpy(load.to, load.from.data(), load.from.size());
        }
        for (const Handle& handle : handles_) {
            require(xnn_run_operator(handle.get(), nullptr), "running the operator");
        }
        std::memcpy(target_.data(), result_, target_.size());
    }

    std::string name() const override { return name_.empty() ? "view" : name_; }

    bool wrote_behind() const override {
        bool whole = true;
        for (const Buffer& buffer : memory_) {
            whole = whole && std::visit([](const auto& each) { return each.is_fence_whole(); }, buffer);
        }
        return !whole;
    }

private:
    struct Load {
        std::span<const std::byte> from;
        void* to;
    };

    template <typename Element>
    Element* allocate(std::size_t count) {
        return std::get<FencedBuffer<Element>>(memory_.emplace_back(FencedBuffer<Element>(count))).data();
    }

    void keep(xnn_status status, xnn_operator_t made, const std::string& name) {
        require(status, "creating the operator");
        handles_.emplace_back(made, &xnn_delete_operator);
        name_ += (name_.empty() ? "" : "+") + name;
    }

    template <typename Element>
    Element* loaded(graph::TensorId id) {
        const std::span<const std::byte> bytes = buffers_.tensors[static_cast<std::size_t>(id)];
        Element* const to = allocate<Element>(bytes.size() / sizeof(Element));
        loads_.push_back({bytes, to});
        return to;
    }

    const float* to_float(graph::TensorId id, float scale, std::int64_t zero_point) {
        const graph::Tensor& tensor = graph_.tensor(id);
        const std::size_t count = count_of(tensor.shape);
        float* const result = allocate<float>(count);
        xnn_operator_t made = nullptr;
        if (tensor.type == graph::DataType::s8) {
            const std::int8_t* const from = loaded<std::int8_t>(id);
            const xnn_status status =
                xnn_create_convert_nc_qs8_f32(1, 1, 1, scale, static_cast<std::int8_t>(zero_point), 0, &made);
            keep(status, made, "convert_nc_qs8_f32");
            require(xnn_setup_convert_nc_qs8_f32(made, count, from, result, nullptr), "setting up the operator");
        } else {
            const std::uint8_t* const from = loaded<std::uint8_t>(id);
            const xnn_status status =
                xnn_create_convert_nc_qu8_f32(1, 1, 1, scale, static_cast<std::uint8_t>(zero_point), 0, &made);
            keep(status, made, "convert_nc_qu8_f32");
            require(xnn_setup_convert_nc_qu8_f32(made, count, from, result, nullptr), "setting up the operator");
        }
        return result;
    }

    /// The numbers of a tensor.
    Value real(graph::TensorId id) {
        const graph::Tensor& tensor = graph_.tensor(id);
        return {tensor.type == graph::DataType::f32 ? loaded<float>(id) : to_float(id, 1, 0), tensor.shape};
    }

    Value clamped(const Value& from, const FloatStep& step) {
        const std::size_t count = count_of(from.shape);
        float* const result = allocate<float>(count);
        xnn_operator_t made = nullptr;
        const xnn_status status = xnn_create_clamp_nc_f32(1, 1, 1, step.lowest, step.highest, 0, &made);
        keep(status, made, "clamp_nc_f32");
        require(xnn_setup_clamp_nc_f32(made, count, from.data, result, nullptr), "setting up the operator");
        return {result, from.shape};
    }

    template <typename Create, typename Setup>
    Value binary(const Value& a, const Value& b, Create create, Setup setup, const char* name) {
        const graph::Shape shape = graph::broadcast(a.shape, b.shape).value();
        const auto extents = [](const graph::Shape& of) { return std::vector<std::size_t>(of.begin(), of.end()); };
        const std::vector<std::size_t> a_extents = extents(a.shape);
        const std::vector<std::size_t> b_extents = extents(b.shape);
        float* const result = allocate<float>(count_of(shape));
        xnn_operator_t made = nullptr;
        const xnn_status status = create(&made);
        keep(status, made, name);
        require(setup(made, a_extents.size(), a_extents.data(), b_extents.size(), b_extents.data(), a.data, b.data,
                      result, nullptr),
                "setting up the operator");
        return {result, shape};
    }

    Value combined(const Value& current, const FloatStep& step) {
        const Value other = real(step.other);
        const Value& a = step.other_is_first ? other : current;
        const Value& b = step.other_is_first ? current : other;
        const auto unclamped = [](auto create) {
            return [create](xnn_operator_t* made) { return create(-kInfinity, kInfinity, 0U, made); };
        };
        const auto plain = [](auto create) { return [create](xnn_operator_t* made) { return create(0U, made); }; };
        switch (step.kind) {
            case FloatStep::Kind::add:
                return binary(a, b, unclamped(xnn_create_add_nd_f32), xnn_setup_add_nd_f32, "add_nd_f32");
            case FloatStep::Kind::subtract:
                return binary(a, b, unclamped(xnn_create_subtract_nd_f32), xnn_setup_subtract_nd_f32,
                              "subtract_nd_f32");
            case FloatStep::Kind::multiply:
                return binary(a, b, unclamped(xnn_create_multiply_nd_f32), xnn_setup_multiply_nd_f32,
                              "multiply_nd_f32");
            case FloatStep::Kind::divide:
                return binary(a, b, unclamped(xnn_create_divide_nd_f32), xnn_setup_divide_nd_f32, "divide_nd_f32");
            case FloatStep::Kind::maximum:
                return binary(a, b, plain(xnn_create_maximum_nd_f32), xnn_setup_maximum_nd_f32, "maximum_nd_f32");
            default: return binary(a, b, plain(xnn_create_minimum_nd_f32), xnn_setup_minimum_nd_f32, "minimum_nd_f32");
        }
    }

    template <typename Byte, typename Create, typename Setup>
    void quantize(const Value& from, const Pointwise& pointwise, Create create, Setup setup, const char* name) {
        const std::size_t count = count_of(from.shape);
        Byte* const result = allocate<Byte>(count);
        xnn_operator_t made = nullptr;
        const xnn_status status = create(1, 1, 1, pointwise.scale, static_cast<Byte>(pointwise.zero_point),
                                         std::numeric_limits<Byte>::min(), std::numeric_limits<Byte>::max(), 0U, &made);
        keep(status, made, name);
        require(setup(made, count, from.data, result, nullptr), "setting up the operator");
        result_ = reinterpret_cast<const std::byte*>(result);
    }

    const graph::Graph& graph_;
    const Buffers& buffers_;
    std::span<std::byte> target_;
    std::list<Buffer> memory_;
    std::vector<Load> loads_;
    std::vector<Handle> handles_;
    const std::byte* result_ = nullptr;
    std::string name_;
};

}  // namespace

std::unique_ptr<LibraryOperator> make_pointwise(const graph::Case& value, const PlannedOperator& planned,
                                                const Buffers& buffers) {
    return std::make_unique<PointwiseOperators>(value, planned, buffers);
}

}  // namespace difftest::backends::xnnpack
