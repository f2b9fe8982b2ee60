#include "reference/faults/deviation_test.hpp"

#include "reference/graph/case_builder.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

// Every fault of a contraction, on kernels of a few weights whose sums are written out.

namespace difftest::faults {
namespace {

using graph::DataType;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

struct Operand {
    DataType type;
    Shape shape;
    Values values;
};

/// The slots bias, zero point of the data, zero point of the weights; empty values: absent.
struct Contraction {
    graph::Operation operation;
    Operand data;
    Operand weights;
    Values bias;
    Values data_zero_point;
    Values weights_zero_point;

    graph::Case build() const {
        graph::CaseBuilder builder("contraction");
        // A zero point of one element is a scalar; a bias has an element for each output channel.
        const auto optional = [&](const char* name, const Values& values, bool scalar) {
            const Shape shape = scalar ? Shape{} : Shape{static_cast<std::int64_t>(values.size())};
            return values.empty() ? graph::kAbsent : builder.constant(name, TensorData(DataType::s32, shape, values));
        };
        const TensorId x = builder.input("x", TensorData(data.type, data.shape, data.values));
        const TensorId w = builder.constant("w", TensorData(weights.type, weights.shape, weights.values));
        return builder.build({builder.node("sum", operation,
                                           {x, w, optional("bias", bias, false), optional("zx", data_zero_point, true),
                                            optional("zw", weights_zero_point, true)},
                                           DataType::s32)});
    }
};

graph::Convolution convolution(std::int64_t pad = 0, std::int64_t groups = 1, std::int64_t dilation = 1) {
    return {{1}, {dilation}, {pad}, {pad}, groups};
}

graph::Deconvolution deconvolution(std::int64_t stride, std::int64_t pad = 0, std::int64_t output_padding = 0) {
    return {{stride}, {1}, {pad}, {pad}, {output_padding}, 1};
}

void expect(const Contraction& contraction, std::string_view name, const Values& right, const Values& wrong) {
    faults::expect(contraction.build(), name, right, wrong);
}

TEST(ContractionDeviation, OfZeroPoints) {
    // Two pixels 10 and 20, zero point 5, kernel (1 2 3), padding 1: 2 * 5 + 3 * 15 = 55, 5 + 2 * 15 = 35.
    const Contraction padded{
        convolution(1), {DataType::u8, {1, 1, 2}, {10, 20}}, {DataType::s8, {1, 1, 3}, {1, 2, 3}}, {}, {5}, {}};
    expect(padded, "D40", {55, 35}, {50, 20});  // raw zero: -5 * 1 and -5 * 3
    expect(padded, "D41", {55, 35}, {80, 50});  // no tap sees everything: 2 * 10 + 3 * 20 and 10 + 2 * 20
    const Contraction channels{
        convolution(), {DataType::u8, {1, 2, 1}, {10, 20}}, {DataType::s8, {1, 2, 1}, {1, 1}}, {}, {5}, {}};
    expect(channels, "D42", {20}, {25});
    Contraction small = channels;
    small.data_zero_point = {1};
    expect(small, "D43", {28}, {30});
    Contraction weights = channels;
    weights.data_zero_point = {};
    weights.weights_zero_point = {3};
    expect(weights, "D65", {-60}, {30});  // 10 * -2 + 20 * -2
}

TEST(ContractionDeviation, OfWeightsAndSums) {
    const Contraction two{
        convolution(), {DataType::s8, {1, 2, 1}, {10, 20}}, {DataType::s8, {1, 2, 1}, {-3, 1}}, {}, {}, {}};
    expect(two, "D44", {-10}, {20});
    expect(two, "D45", {-10}, {-266});  // + 128 * (-3 + 1)
    expect(two, "D45b", {-10}, {-40});  // -3 / 2 to even -2, 1 / 2 to even 0: 10 * -4
    expect(two, "D29", {-10}, {10});    // 20 * 1 twice
    expect(two, "D58", {-10}, {-50});   // 20 * -3 + 10 * 1
    const Contraction pair{
        convolution(), {DataType::u8, {1, 3, 1}, {255, 255, 1}}, {DataType::s8, {1, 3, 1}, {127, 127, 1}}, {}, {}, {}};
    expect(pair, "D46", {64771}, {32768});  // 64770 saturates at 32767
    // 2^24 + 1 is no float: 2 * 255 * 127 * 259 + ... is reached with 259 pairs; here 65536 * 256 + 1 by a bias-free
    // s32.
    const std::int64_t count = 519;
    Contraction large{convolution(),
                      {DataType::u8, {1, count, 1}, Values(count, 255)},
                      {DataType::s8, {1, count, 1}, Values(count, 127)},
                      {},
                      {},
                      {}};
    large.weights.values.back() = 1;
    // 518 * 32385 = 16775430, + 255 = 16775685 < 2^24: exact, the fault shows nothing.
    expect(large, "D47", {16775685}, {16775685});
    large.data.shape[1] = large.weights.shape[1] = count + 1;
    large.data.values.assign(static_cast<std::size_t>(count) + 1, 255);
    large.weights.values.assign(static_cast<std::size_t>(count) + 1, 127);
    large.weights.values.back() = 1;
    // 519 * 32385 = 16807815, of which f32 holds even numbers only: 16807816 (32385 is odd, 518 of them are exact), +
    // 255.
    const Values sums = results(large.build(), "D47");
    EXPECT_EQ(results(large.build(), "none"), Values{16808070});
    EXPECT_EQ(sums, Values{16808072});  // 16807816 + 255 = 16808071, half way between 16808070 and 16808072: to even
}

TEST(ContractionDeviation, OfChannelsAndGroups) {
    // Weights [[1 2] [3 4]]: 1 * 10 + 2 * 20 = 50, 3 * 10 + 4 * 20 = 110.
    const Contraction square{
        convolution(), {DataType::u8, {1, 2, 1}, {10, 20}}, {DataType::s8, {2, 2, 1}, {1, 2, 3, 4}}, {}, {}, {}};
    expect(square, "D51b", {50, 110}, {70, 100});
    const Contraction grouped{
        convolution(0, 2), {DataType::u8, {1, 2, 1}, {10, 20}}, {DataType::s8, {2, 1, 1}, {1, 1}}, {}, {}, {}};
    expect(grouped, "D57", {10, 20}, {10, 10});
    // Three channels: blocks of two leave one.
    const Contraction three{
        convolution(), {DataType::u8, {1, 1, 1}, {10}}, {DataType::s8, {3, 1, 1}, {1, 2, 3}}, {}, {}, {}};
    expect(three, "D30", {10, 20, 30}, {10, 20, 0});
    expect(three, "D31", {10, 20, 30}, {10, 20, 10});
    const Contraction images{
        convolution(), {DataType::u8, {3, 1, 1}, {1, 2, 3}}, {DataType::s8, {1, 1, 1}, {1}}, {}, {}, {}};
    expect(images, "D61", {1, 2, 3}, {1, 2, 0});
    Contraction biased = images;
    biased.bias = {2049};
    expect(biased, "D59", {2050, 2051, 2052}, {1, 2, 3});
    expect(biased, "D59b", {2050, 2051, 2052}, {2049, 2050, 2051});
    const Contraction matrices{
        graph::Matmul{}, {DataType::u8, {1, 2}, {1, 0}}, {DataType::s8, {2, 2}, {1, 2, 3, 4}}, {}, {}, {}};
    expect(matrices, "D74", {1, 2}, {1, 3});
}

TEST(ContractionDeviation, OfGeometry) {
    const Contraction dilated{
        convolution(0, 1, 2), {DataType::u8, {1, 1, 3}, {1, 2, 3}}, {DataType::s8, {1, 1, 2}, {10, 1}}, {}, {}, {}};
    expect(dilated, "D51", {13}, {31});
    expect(dilated, "D56", {13}, {12});
    // Stride 1, kernel (1 10), inputs 1 2: outputs 1, 2 + 10, 20. Shifted by one: 12, 20, and nothing.
    const Contraction even{
        deconvolution(1), {DataType::u8, {1, 1, 2}, {1, 2}}, {DataType::s8, {1, 1, 2}, {1, 10}}, {}, {}, {}};
    expect(even, "D52", {1, 12, 20}, {12, 20, 0});
    // Stride 2, kernel (1 10 100): 1 10 (100 + 2) 20 200. Output 1 lies 1 before the last tap: -1 % 2 is not 0.
    const Contraction phases{
        deconvolution(2), {DataType::u8, {1, 1, 2}, {1, 2}}, {DataType::s8, {1, 1, 3}, {1, 10, 100}}, {}, {}, {}};
    expect(phases, "D53", {1, 10, 102, 20, 200}, {1, 0, 102, 20, 200});
    // Stride 3, kernel 1: gaps between 1 and 2 keep the accumulator.
    const Contraction gaps{
        deconvolution(3), {DataType::u8, {1, 1, 2}, {1, 2}}, {DataType::s8, {1, 1, 1}, {5}}, {}, {}, {}};
    expect(gaps, "D54", {5, 0, 0, 10}, {5, 5, 5, 10});
    // Output padding 1 with padding 1: outputs 10 102 20 200, the last of which lies in it.
    const Contraction padded{
        deconvolution(2, 1, 1), {DataType::u8, {1, 1, 2}, {1, 2}}, {DataType::s8, {1, 1, 3}, {1, 10, 100}}, {}, {}, {}};
    expect(padded, "D55", {10, 102, 20, 200}, {10, 102, 20, 0});
}

}  // namespace
}  // namespace difftest::faults
