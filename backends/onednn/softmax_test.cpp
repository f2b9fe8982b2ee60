#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/oracle_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

/// Softmax and logsoftmax, of reals and of 8-bit integers, with the scale of an 8-bit result.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using graph::SoftmaxAlgorithm;
using graph::TensorData;
using testing::DoubleNear;
using testing::ElementsAre;

TEST(Softmax, SharesOfEqualAndOfDistantElements) {
    graph::CaseBuilder builder("shares");
    const auto data = builder.input("data", TensorData(DataType::s8, {1, 2, 2}, {7, -100, 7, 100}));
    const auto y = builder.node("y", graph::Softmax{SoftmaxAlgorithm::share, 1}, {data}, DataType::f32);
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    const auto got = run(*backend, builder.build({y}), "fused");
    EXPECT_THAT(got.outputs.front(),
                ElementsAre(DoubleNear(0.5, 1e-6), DoubleNear(0, 1e-30), DoubleNear(0.5, 1e-6), DoubleNear(1, 1e-6)));
}

TEST(Softmax, LogarithmOfEqualElements) {
    graph::CaseBuilder builder("logarithms");
    const auto data = builder.input("data", TensorData(DataType::f32, {1, 4}, {3, 3, 3, 3}));
    const auto y = builder.node("y", graph::Softmax{SoftmaxAlgorithm::logarithm, 1}, {data}, DataType::f32);
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    const auto got = run(*backend, builder.build({y}), "fused");
    EXPECT_THAT(got.outputs.front(), testing::Each(DoubleNear(-1.3862943611, 1e-5)))
        << "the logarithm of the kernels is good to 6.4e-6: function_error.cpp";
}

TEST(Softmax, ItsResultIsScaledAndRoundedInOnePrimitive) {
    graph::CaseBuilder builder("quantized");
    // 1, 1, 1 and e^-1.5 = 0.2231: shares 0.3103 and 0.0692, times 200: 62.05 and 13.85.
    const auto data = builder.input("data", TensorData(DataType::f32, {1, 4}, {1.5, 1.5, 0, 1.5}));
    const auto share = builder.node("share", graph::Softmax{SoftmaxAlgorithm::share, 1}, {data}, DataType::f32);
    const auto scaled = builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply},
                                     {share, builder.scalar("scale", 200)}, DataType::f32);
    const auto y = builder.node("y", graph::Convert{}, {scaled}, DataType::u8);
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    const graph::Case value = builder.build({y});
    const auto got = run(*backend, value, "fused");
    EXPECT_THAT(got.outputs.front(), ElementsAre(62, 62, 14, 62));
    EXPECT_EQ(got.partitions.size(), 1U);
    EXPECT_THAT(run(*backend, value, "split").outputs.front(), ElementsAre(62, 62, 14, 62));
}

TEST(Softmax, AScaleWithoutAnIntegerResultIsAPrimitiveOfItsOwn) {
    graph::CaseBuilder builder("scaled");
    const auto data = builder.input("data", TensorData(DataType::f32, {1, 2}, {0, 0}));
    const auto share = builder.node("share", graph::Softmax{SoftmaxAlgorithm::share, 1}, {data}, DataType::f32);
    const auto y = builder.node("y", graph::Binary{graph::BinaryAlgorithm::multiply},
                                {share, builder.scalar("scale", 8)}, DataType::f32);
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    const auto got = run(*backend, builder.build({y}), "fused");
    EXPECT_THAT(got.outputs.front(), testing::Each(DoubleNear(4, 1e-5)));
    EXPECT_EQ(got.partitions.size(), 2U);
}

TEST(Softmax, AgreesWithTheOracleOverTypesAxesAndSizes) {
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    OracleComparison comparison(*backend);
    Draw draw(11);
    for (int turn = 0; turn < 60; ++turn) {
        const graph::Shape shape{draw(1, 2), draw(1, 40), draw(1, 5)};
        const DataType type = draw.one_of({DataType::u8, DataType::s8, DataType::f32});
        graph::CaseBuilder builder("softmax " + std::to_string(turn));
        const auto data = builder.input("data", draw.values(type, shape));
        const graph::Softmax op{draw.one_of({SoftmaxAlgorithm::share, SoftmaxAlgorithm::logarithm}), draw(0, 2)};
        auto y = builder.node("y", op, {data}, DataType::f32);
        if (draw.chance(1, 2)) {
            y = builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply},
                             {y, builder.scalar("scale", draw.one_of({1.0F, 127.0F, 255.0F}))}, DataType::f32);
            y = builder.node("stored", graph::Convert{}, {y}, draw.one_of({DataType::u8, DataType::s8}));
        }
        comparison.check(builder.build({y}));
    }
    EXPECT_GE(comparison.runs(), 60);
    std::cout << comparison.summary();
}

}  // namespace
}  // namespace difftest::backends::onednn
