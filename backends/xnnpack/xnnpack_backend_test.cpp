#include "backends/xnnpack/xnnpack_backend.hpp"

#include "backends/quantized_operators/testing/plan_run.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace difftest::backends::xnnpack {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using quantized::PlanRun;
using ::testing::ElementsAre;

PlanRun ran(const graph::Case& value, const std::string& plan = "fused") {
    const std::unique_ptr<Backend> backend = make_xnnpack_backend();
    PlanRun run = quantized::run_plan(*backend, value, plan);
    EXPECT_EQ(run.refusal, "");
    return run;
}

std::string refused(const graph::Case& value, const std::string& plan = "fused") {
    const std::unique_ptr<Backend> backend = make_xnnpack_backend();
    return quantized::run_plan(*backend, value, plan).refusal;
}

TensorId integer(CaseBuilder& builder, const std::string& name, double value) {
    return builder.constant(name, TensorData(DataType::s32, {}, {value}));
}

/// A 1x1 convolution of two channels with the sums 3 - 2 * 20 = -37, 250 - 2 * 1 = 248 and 100 - 2 * 90 = -80, times
/// 1/4, clipped below at -12, plus 5: -9.25, 62 and -20 become -9, 62 and -12 in front of the zero point.
graph::Case small_convolution(float multiplier = 0.25F) {
    CaseBuilder builder("small");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 2, 3}, {3, 250, 100, 20, 1, 90}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 2, 1}, {1, -2}));
    const auto sums = builder.node("c", graph::Convolution{{1}, {1}, {0}, {0}, 1}, {x, w}, DataType::s32);
    const auto scaled = builder.node("m", graph::Binary{graph::BinaryAlgorithm::multiply},
                                     {sums, builder.scalar("factor", multiplier)}, DataType::f32);
    const auto clipped =
        builder.node("k", graph::Eltwise{graph::EltwiseAlgorithm::clip, -12, 1000}, {scaled}, DataType::f32);
    const auto y = builder.node("q", graph::Quantize{}, {clipped, builder.scalar("one", 1), integer(builder, "zp", 5)},
                                DataType::s8);
    return builder.build({y});
}

TEST(Xnnpack, FusesAConvolutionAndItsClamp) {
    const PlanRun fused = ran(small_convolution());
    EXPECT_THAT(fused.output, ElementsAre(-9 + 5, 62 + 5, -12 + 5));
    EXPECT_EQ(fused.implementation, "convolution2d_nhwc_qu8");
    EXPECT_EQ(fused.contract, contract::Contract());
}

TEST(Xnnpack, ComputesTheSameInEitherTypeAndWithTheClampApart) {
    const graph::Case value = small_convolution();
    const PlanRun other = ran(value, "fused@qs8");
    EXPECT_THAT(other.output, ElementsAre(-4, 67, -7));
    EXPECT_EQ(other.implementation, "convolution2d_nhwc_qs8");
    const PlanRun apart = ran(value, "fused+separate_clamp");
    EXPECT_THAT(apart.output, ElementsAre(-4, 67, -7));
    EXPECT_EQ(apart.implementation, "convolution2d_nhwc_qu8+clamp_nc");
}

TEST(Xnnpack, RefusesScalesThatWouldEndTheProcess) {
    EXPECT_EQ(refused(small_convolution(0x1p-33F)), "a requantization scale outside [2^-32, 256)");
    EXPECT_EQ(refused(small_convolution(256)), "a requantization scale outside [2^-32, 256)");
    EXPECT_EQ(refused(small_convolution(0x1p-32F)), "");
}

TEST(Xnnpack, RunsOneOperatorAfterTheOther) {
    CaseBuilder builder("chain");
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 1, 2, 2}, {0.5, -3, 2, 1.28125}));
    // Steps of 1/2 around 3: 1, -6, 4 and 2.5625, and 3.
    const auto q =
        builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 0.5F), integer(builder, "z", 3)}, DataType::u8);
    // 4, 0 (saturated), 7, 6: the largest of each column.
    const auto largest =
        builder.node("p", graph::Pooling{graph::PoolingAlgorithm::maximum, {2, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}}, {q},
                     DataType::u8);
    const auto flat = builder.node("v", graph::Reshape{{1, 2}}, {largest}, DataType::u8);
    const auto y = builder.node("d", graph::Dequantize{}, {flat, builder.scalar("t", 0.25F), integer(builder, "u", 2)},
                                DataType::f32);
    const PlanRun result = ran(builder.build({y}));
    EXPECT_THAT(result.output, ElementsAre((7 - 2) * 0.25, (6 - 2) * 0.25));
    EXPECT_EQ(result.implementation, "convert_nc_f32_qu8");
    EXPECT_TRUE(result.contract.grants(contract::Freedom::reciprocal_division));
    EXPECT_TRUE(result.contract.grants(contract::Freedom::flush_subnormals));
}

TEST(Xnnpack, SaysWhatItHasNoOperatorFor) {
    CaseBuilder builder("function");
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 1}, {0.5}));
    const auto y = builder.node("f", graph::Eltwise{graph::EltwiseAlgorithm::tanh}, {x}, DataType::f32);
    EXPECT_EQ(refused(builder.build({y})), "a function whose error the library does not document ('f')");
}

/// A convolution or deconvolution with groups, padding, dilation, a bias and zero points, requantized with ties.
graph::Case random_window(std::mt19937& random, bool transposed) {
    const auto draw = [&](std::int64_t lo, std::int64_t hi) {
        return lo + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(hi - lo + 1));
    };
    const auto tensor = [&](DataType type, const Shape& shape, std::int64_t lo, std::int64_t hi) {
        TensorData data(type, shape);
        for (std::int64_t i = 0; i < data.size(); ++i) {
            data.set(i, static_cast<double>(draw(lo, hi)));
        }
        return data;
    };
    const DataType types[] = {DataType::u8, DataType::s8};
    const DataType type = types[draw(0, 1)];
    const std::int64_t groups = draw(1, 3);
    const Shape kernel{draw(1, 3), draw(1, 3)};
    CaseBuilder builder("window");
    const auto x = builder.input("x", tensor(type, {draw(1, 2), groups * draw(1, 9), draw(4, 6), draw(5, 7)},
                                             graph::lowest_of(type), graph::highest_of(type)));
    const std::int64_t inputs = builder.graph().tensor(x).shape[1] / groups;
    const std::int64_t outputs = groups * draw(1, 17);
    const auto w = builder.constant("w", tensor(DataType::s8, {outputs, inputs, kernel[0], kernel[1]}, -128, 127));
    const auto bias = builder.constant("b", tensor(DataType::s32, {outputs}, -20000, 20000));
    const auto zx = integer(builder, "zx", static_cast<double>(draw(graph::lowest_of(type), graph::highest_of(type))));
    const std::vector<std::int64_t> strides{draw(1, 2), draw(1, 3)};
    const std::vector<std::int64_t> dilations{draw(1, 2), 1};
    const std::vector<std::int64_t> begin{draw(0, 1), draw(0, 2)};
    const std::vector<std::int64_t> end{draw(0, 1), draw(0, 1)};
    const graph::Operation operation =
        transposed ? graph::Operation(graph::Deconvolution{strides, dilations, begin, end, {0, strides[1] - 1}, groups})
                   : graph::Operation(graph::Convolution{strides, dilations, begin, end, groups});
    const auto sums = builder.node("c", operation, {x, w, bias, zx}, DataType::s32);
    // Powers of two give ties.
    const auto m = builder.scalar("m", std::ldexp(1.0F, static_cast<int>(draw(-12, -7))));
    const DataType result = types[draw(0, 1)];
    const auto zy =
        integer(builder, "zy", static_cast<double>(draw(graph::lowest_of(result), graph::highest_of(result))));
    return builder.build({builder.node("q", graph::Requantize{}, {sums, m, zy}, result)});
}

TEST(Xnnpack, GivesWhatTheOracleAllows) {
    std::mt19937 random(7);
    std::int64_t elements = 0;
    for (int turn = 0; turn < 60; ++turn) {
        const graph::Case value = random_window(random, turn % 2 == 1);
        const oracle::Evaluation evaluation = oracle::evaluate(value, {});
        const oracle::AllowedTensor& allowed = evaluation.of(value.graph.outputs.front());
        for (const char* const plan : {"fused", "fused@qs8", "fused@qu8"}) {
            const PlanRun result = ran(value, plan);
            ASSERT_EQ(static_cast<std::int64_t>(result.output.size()), allowed.size());
            for (std::int64_t i = 0; i < allowed.size(); ++i) {
                ASSERT_TRUE(allowed.is_point(i) && allowed.point(i) == result.output[static_cast<std::size_t>(i)])
                    << plan << ", turn " << turn << ", element " << i << ": " << allowed.at(i).to_string();
            }
            elements += allowed.size();
        }
    }
    EXPECT_GT(elements, 50000);
}

}  // namespace
}  // namespace difftest::backends::xnnpack
