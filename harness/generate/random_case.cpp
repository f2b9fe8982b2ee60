#include "harness/generate/random_case.hpp"

#include "harness/generate/data_mode.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::harness {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Shape;
using graph::TensorId;

struct Range {
    double lo;
    double hi;
    double span() const { return hi - lo; }
};

/// Builds one case, decision by decision.
class CaseGrower {
public:
    CaseGrower(ChoiceSource& choices, const GeneratorLimits& limits, const std::string& name)
        : choices_(choices), limits_(limits), builder_(name) {}

    graph::Case grow() {
        add_window();
        const std::int64_t length = choices_.integer(0, limits_.longest_chain);
        for (std::int64_t i = 0; i < length; ++i) {
            add_step();
        }
        if (builder_.graph().tensor(last_).type == DataType::f32 && choices_.chance(3, 4)) {
            add_final_store();
        }
        return builder_.build({last_});
    }

private:
    std::int64_t size_near_blocks(std::int64_t most) {
        const std::int64_t size = choices_.one_of<std::int64_t>({1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33});
        return std::min(size, most);
    }

    std::string fresh(const char* kind) { return fmt::format("{}{}", kind, counter_++); }

    void add_window() {
        const bool transposed = choices_.chance(2, 5);
        const std::size_t dims = 1 + choices_.weighted({2, 7, 1});
        const std::int64_t batch = choices_.chance(1, 4) ? 2 : 1;
        std::int64_t groups = 1;
        std::int64_t in_per_group = size_near_blocks(limits_.most_channels);
        std::int64_t out_per_group = size_near_blocks(limits_.most_channels);
        switch (choices_.weighted({6, 2, 2})) {
            case 1: groups = choices_.integer(2, 3); break;
            case 2:
                groups = in_per_group;
                in_per_group = 1;
                out_per_group = choices_.chance(1, 4) ? 2 : 1;
                break;
            default: break;
        }
        std::vector<std::int64_t> strides, dilations, begin, end, output_padding;
        Shape data{batch, groups * in_per_group};
        Shape weights{groups * out_per_group, in_per_group};
        for (std::size_t d = 0; d < dims; ++d) {
            const std::int64_t kernel = choices_.one_of<std::int64_t>({1, 2, 3, 3});
            const std::int64_t dilation = choices_.chance(1, 6) ? 2 : 1;
            const std::int64_t reach = (kernel - 1) * dilation;
            const std::int64_t stride = choices_.one_of<std::int64_t>({1, 1, 1, 2, 3});
            begin.push_back(choices_.integer(0, reach));
            end.push_back(choices_.integer(0, reach));
            strides.push_back(stride);
            dilations.push_back(dilation);
            output_padding.push_back(choices_.chance(1, 4) ? choices_.integer(0, std::max(stride, dilation) - 1) : 0);
            const std::int64_t padding = begin.back() + end.back();
            // Large enough that one window fits (convolution) or that the padding leaves something (deconvolution).
            const std::int64_t least = transposed
                                           ? std::max<std::int64_t>(1, (padding - reach + stride - 1) / stride + 1)
                                           : std::max<std::int64_t>(1, reach + 1 - padding);
            const std::int64_t most = dims == 3 ? 4 : limits_.most_spatial;
            data.push_back(choices_.integer(least, std::max(least, most)));
            weights.push_back(kernel);
        }
        add_window_node(
            transposed, data, weights,
            transposed ? graph::Operation(graph::Deconvolution{strides, dilations, begin, end, output_padding, groups})
                       : graph::Operation(graph::Convolution{strides, dilations, begin, end, groups}));
    }

    void add_window_node(bool transposed, const Shape& data, const Shape& weights, const graph::Operation& op) {
        const DataType type = choices_.chance(1, 2) ? DataType::u8 : DataType::s8;
        const bool tame = limits_.exclude_sloppiness;
        const std::int64_t most_weight = tame ? 64 : 127;
        graph::TensorData w =
            integer_tensor(choices_, DataType::s8, weights, draw_data_mode(choices_), tame ? -64 : -128, most_weight);
        if (tame && type == DataType::s8) {
            for (std::int64_t i = 0; i < w.size(); ++i) {
                w.set(i, 2 * std::trunc(w.at(i) / 2));
            }
        }
        std::vector<TensorId> inputs{
            builder_.input("input", integer_tensor(choices_, type, data, draw_data_mode(choices_),
                                                   graph::lowest_of(type), graph::highest_of(type))),
            builder_.constant("weights", w), graph::kAbsent, graph::kAbsent};
        if (choices_.chance(1, 2)) {
            inputs[2] = builder_.constant(
                "bias", integer_tensor(choices_, DataType::s32, {weights[0]}, draw_data_mode(choices_), -30000, 30000));
        }
        if (limits_.zero_points && choices_.chance(1, 3)) {
            const double zero_point =
                static_cast<double>(choices_.integer(graph::lowest_of(type), graph::highest_of(type)));
            inputs[3] = builder_.constant("data_zero_point", graph::TensorData(DataType::s32, {}, {zero_point}));
        }
        last_ = builder_.node(transposed ? "deconv" : "conv", op, inputs, DataType::s32);
    }

    /// The range of the values so far, from the oracle itself.
    Range range() const {
        const graph::Case value = builder_.build({last_});
        const oracle::Evaluation evaluation = oracle::evaluate(value, contract::Contract());
        Range result{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
        for (const double point : evaluation.of(value.graph.outputs.front()).points()) {
            if (std::isfinite(point)) {
                result.lo = std::min(result.lo, point);
                result.hi = std::max(result.hi, point);
            }
        }
        return result.lo > result.hi ? Range{0, 0} : result;
    }

    // The order in which the arguments of a call are evaluated is the compiler's choice, so names are drawn in here.
    void append(const char* kind, graph::Operation op, std::vector<TensorId> inputs, DataType type) {
        last_ = builder_.node(fresh(kind), std::move(op), std::move(inputs), type);
    }

    TensorId scalar(float value) { return builder_.scalar(fresh("c"), value); }

    TensorId constant(const char* kind, graph::TensorData data) {
        return builder_.constant(fresh(kind), std::move(data));
    }

    const Shape& shape() const { return builder_.graph().tensor(last_).shape; }

    /// A positive float near `magnitude` with a full mantissa, or a power of two.
    float factor_near(double magnitude) {
        magnitude = std::clamp(magnitude, 1e-18, 1e18);
        if (choices_.chance(1, 4)) {
            return static_cast<float>(std::exp2(std::round(std::log2(magnitude))));
        }
        const double jitter = 0.5 + static_cast<double>(choices_.integer(0, (1 << 24) - 1)) * 0x1p-24;
        return static_cast<float>(magnitude * jitter);
    }

    TensorId parameter(const std::vector<float>& values) {
        return values.size() == 1 ? scalar(values[0]) : builder_.per_channel(fresh("c"), values, shape().size());
    }

    /// One value for the tensor, or one for each channel around the same magnitude.
    std::vector<float> spread(double magnitude, bool per_channel, bool either_sign) {
        std::vector<float> values;
        const std::int64_t count = per_channel ? shape()[1] : 1;
        for (std::int64_t i = 0; i < count; ++i) {
            const float value = factor_near(magnitude);
            values.push_back(either_sign && choices_.chance(1, 2) ? -value : value);
        }
        return values;
    }

    void add_step() {
        switch (choices_.weighted({4, 3, 4, 4, 2, 2})) {
            case 0: add_scale(); break;
            case 1: add_operand(); break;
            case 2: add_eltwise(); break;
            case 3: add_fake_quantize(); break;
            case 4: add_quantize(); break;
            default: add_bound(); break;
        }
    }

    void add_scale() {
        const Range r = range();
        const double largest = std::max({std::fabs(r.lo), std::fabs(r.hi), 1e-6});
        const double target = choices_.one_of({2.0, 100.0, 150.0, 1000.0});
        const bool per_channel = choices_.chance(1, 2);
        const TensorId scale = parameter(spread(target / largest, per_channel, choices_.chance(1, 8)));
        append("scale", graph::Binary{BinaryAlgorithm::multiply}, {last_, scale}, DataType::f32);
    }

    void add_operand() {
        const Range r = range();
        const double magnitude = std::max(r.span() * choices_.one_of({0.01, 0.25, 1.0}), 1e-3);
        const bool subtract = choices_.chance(1, 4);
        TensorId operand = graph::kAbsent;
        if (choices_.chance(1, 3)) {
            graph::TensorData full(DataType::f32, shape());
            const CounterRandom random(static_cast<std::uint64_t>(choices_.integer(0, (std::int64_t{1} << 32) - 1)), 1);
            for (std::int64_t i = 0; i < full.size(); ++i) {
                const double unit =
                    static_cast<double>(random.integer_at(static_cast<std::uint64_t>(i), -1000000, 1000000));
                full.set(i, static_cast<float>(unit * 1e-6 * magnitude));
            }
            operand = constant("c", full);
        } else {
            operand = parameter(spread(magnitude, choices_.chance(2, 3), true));
        }
        append("sum", graph::Binary{subtract ? BinaryAlgorithm::subtract : BinaryAlgorithm::add}, {last_, operand},
               DataType::f32);
    }

    void add_bound() {
        const Range r = range();
        const bool upper = choices_.chance(1, 2);
        const auto bound = static_cast<float>(r.lo + r.span() * choices_.one_of({0.1, 0.5, 0.9}));
        append("bound", graph::Binary{upper ? BinaryAlgorithm::minimum : BinaryAlgorithm::maximum},
               {last_, scalar(bound)}, DataType::f32);
    }

    void add_eltwise() {
        const Range r = range();
        graph::Eltwise op;
        switch (choices_.weighted({4, 2, 4, 3, 2, 1})) {
            case 0: op = {EltwiseAlgorithm::relu, 0, 0}; break;
            case 1: op = {EltwiseAlgorithm::relu, factor_near(0.1), 0}; break;
            case 2:
                op = {EltwiseAlgorithm::clip, static_cast<float>(r.lo + r.span() * choices_.one_of({0.05, 0.2, 0.4})),
                      static_cast<float>(r.lo + r.span() * choices_.one_of({0.6, 0.8, 0.95}))};
                break;
            case 3:
                op = {EltwiseAlgorithm::linear, factor_near(choices_.one_of({0.05, 1.0, 8.0})),
                      static_cast<float>(r.span() * choices_.one_of({-0.3, 0.0, 0.2}))};
                break;
            case 4: op = {EltwiseAlgorithm::abs, 0, 0}; break;
            default: op = {EltwiseAlgorithm::round, 0, 0}; break;
        }
        append("eltwise", op, {last_}, DataType::f32);
    }

    void add_fake_quantize() {
        const Range r = range();
        const DataType type = choices_.chance(1, 2) ? DataType::u8 : DataType::s8;
        const bool per_channel = choices_.chance(1, 2);
        const std::int64_t levels = choices_.one_of<std::int64_t>({256, 256, 256, 255, 255, 16, 2});
        const double width = std::max(r.span(), 1e-3) * choices_.one_of({0.2, 0.5, 1.0});
        std::vector<float> lo, hi;
        const std::int64_t count = per_channel ? shape()[1] : 1;
        const bool from_zero = choices_.chance(1, 3);
        for (std::int64_t i = 0; i < count; ++i) {
            const auto low = from_zero ? 0.0F : static_cast<float>(r.lo + r.span() * 0.3 - factor_near(width * 0.3));
            lo.push_back(low);
            hi.push_back(low + std::max(factor_near(width), 1e-4F * std::fabs(low) + 1e-6F));
        }
        const std::int64_t top = levels - 1;
        std::int64_t out_lo = type == DataType::u8 ? 0 : -((top + 1) / 2);
        if (levels == 255 && type == DataType::s8) {
            out_lo = -127;
        }
        append("quant", graph::FakeQuantize{levels, graph::FakeQuantizeForm::specification},
               {last_, parameter(lo), parameter(hi), scalar(static_cast<float>(out_lo)),
                scalar(static_cast<float>(out_lo + top))},
               type);
    }

    void add_quantize() {
        const Range r = range();
        const DataType type = choices_.chance(1, 2) ? DataType::u8 : DataType::s8;
        const double largest = std::max({std::fabs(r.lo), std::fabs(r.hi), 1e-6});
        const TensorId scale = scalar(factor_near(largest / choices_.one_of({60.0, 128.0, 300.0})));
        const auto zero_point = static_cast<double>(choices_.integer(graph::lowest_of(type), graph::highest_of(type)));
        const TensorId zp = constant("zp", graph::TensorData(DataType::s32, {}, {zero_point}));
        append("quantize", graph::Quantize{}, {last_, scale, zp}, type);
        if (choices_.chance(2, 3)) {
            append("dequantize", graph::Dequantize{}, {last_, scale, zp}, DataType::f32);
        }
    }

    void add_final_store() {
        const DataType type = choices_.one_of({DataType::u8, DataType::s8, DataType::s8, DataType::s32});
        append("store", graph::Convert{}, {last_}, type);
    }

    ChoiceSource& choices_;
    GeneratorLimits limits_;
    graph::CaseBuilder builder_;
    TensorId last_ = graph::kAbsent;
    int counter_ = 0;
};

}  // namespace

graph::Case random_case(ChoiceSource& choices, const GeneratorLimits& limits, const std::string& name) {
    return CaseGrower(choices, limits, name).grow();
}

}  // namespace difftest::harness
