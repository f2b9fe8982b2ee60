// F10: dequantize - linear operation - quantize, in integers.
#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Contract;
using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::kAbsent;
using graph::TensorData;

// With these scales 139 * sx * 63 * sw / sy is 181.4999954 exactly. In f32, rn(139 sx) * rn(63 sw) / sy is 181.5, a tie
// that goes to 182; 139 * 63 = 8757 times rn(rn(sx sw) / sy), and times rn(sx sw) divided by sy, are 181.499985.
constexpr float kDataScale = 0x1.a2f326p-6F;
constexpr float kWeightsScale = 0x1.e689d2p-5F;
constexpr float kOutputScale = 0x1.2c2102p-4F;

const Contract kStrict;
const Contract kRewriting("strict", {Freedom::integer_rewriting});

struct Options {
    graph::Operation linear = graph::Convolution{{1}, {1}, {0}, {0}, 1};
    double x = 146;
    double data_zero_point = 7;
    std::vector<double> w{63};
    std::vector<float> weights_scale{kWeightsScale};
    graph::Shape x_shape{1, 1, 1};
    graph::Shape w_shape{1, 1, 1};
    graph::Shape scale_shape{1, 1, 1};
    double bias = 0;
    bool also_read = false;
};

graph::Case pattern(const Options& options) {
    CaseBuilder builder("qdq");
    const auto integer = [&](const char* name, DataType type, const graph::Shape& shape, const std::vector<double>& q) {
        return builder.constant(name, TensorData(type, shape, q));
    };
    const auto x =
        builder.node("x", graph::Dequantize{},
                     {builder.input("qx", TensorData(DataType::u8, options.x_shape, {options.x})),
                      builder.scalar("sx", kDataScale), integer("zx", DataType::s32, {}, {options.data_zero_point})},
                     DataType::f32);
    const auto scale = builder.constant("sw", TensorData(DataType::f32, options.scale_shape,
                                                         {options.weights_scale.begin(), options.weights_scale.end()}));
    const auto w = builder.node("w", graph::Dequantize{},
                                {integer("qw", DataType::s8, options.w_shape, options.w), scale}, DataType::f32);
    std::vector<graph::TensorId> inputs{x, w};
    if (options.bias != 0) {
        inputs.push_back(builder.node(
            "b", graph::Dequantize{},
            {integer("qb", DataType::s32, {1}, {options.bias}), builder.scalar("sb", kDataScale * kWeightsScale)},
            DataType::f32));
    }
    const auto y = builder.node("y", options.linear, inputs, DataType::f32);
    std::vector<graph::TensorId> outputs{
        builder.node("q", graph::Quantize{}, {y, builder.scalar("sy", kOutputScale)}, DataType::u8)};
    if (options.also_read) {
        outputs.push_back(builder.node("abs", graph::Eltwise{graph::EltwiseAlgorithm::abs}, {y}, DataType::f32));
    }
    return builder.build(outputs);
}

std::string set_of(const Options& options, const Contract& contract, std::int64_t index = 0) {
    const graph::Case value = pattern(options);
    return evaluate(value, contract).of(value.graph.outputs[0]).at(index).to_string();
}

TEST(IntegerRewriting, OfAConvolution) {
    EXPECT_EQ(set_of({}, kStrict), "{182}");
    EXPECT_EQ(set_of({}, kRewriting), "{181, 182}");
    EXPECT_EQ(set_of({}, *contract::level("qdq")), "{181, 182}");
}

TEST(IntegerRewriting, OfTheOtherLinearOperations) {
    Options deconvolution;
    deconvolution.linear = graph::Deconvolution{{1}, {1}, {0}, {0}, {0}, 1};
    EXPECT_EQ(set_of(deconvolution, kRewriting), "{181, 182}");
    for (const graph::Operation& linear :
         {graph::Operation(graph::Matmul{}), graph::Operation(graph::InnerProduct{})}) {
        Options options;
        options.linear = linear;
        options.x_shape = options.w_shape = options.scale_shape = {1, 1};
        EXPECT_EQ(set_of(options, kRewriting), "{181, 182}") << graph::name_of(linear);
    }
}

TEST(IntegerRewriting, WithAScaleForEachChannel) {
    // The second channel: 139 * 10 * sx * sw / sy, far from a tie, of a quarter of the scale: 28.81 / 4 = 7.2.
    Options options;
    options.w = {63, 10};
    options.w_shape = {2, 1, 1};
    options.scale_shape = {2, 1, 1};
    options.weights_scale = {kWeightsScale, kWeightsScale / 4};
    EXPECT_EQ(set_of(options, kRewriting), "{181, 182}");
    EXPECT_EQ(set_of(options, kRewriting, 1), "{7}");
}

TEST(IntegerRewriting, AddsABiasOfTheSameScaleInIntegers) {
    // (141 * 63) - 126 = 8757 again; without the bias it would be 8883 * M = 184.1.
    Options options;
    options.x = 148;
    options.bias = -126;
    EXPECT_EQ(set_of(options, kRewriting), "{181, 182}");
}

TEST(IntegerRewriting, NeedsTheRealValueForNothingElse) {
    Options options;
    options.also_read = true;
    EXPECT_EQ(set_of(options, kRewriting), "{182}");
}

}  // namespace
}  // namespace difftest::oracle
