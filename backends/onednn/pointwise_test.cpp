#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/random_tail.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

/// Pointwise nodes as primitives of their own and at the head of a chain: by hand, then against the oracle.
namespace difftest::backends::onednn {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Reinterpretation;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using testing::ElementsAre;

constexpr std::initializer_list<DataType> kTypes{DataType::f32, DataType::s8,   DataType::u8,
                                                 DataType::s32, DataType::bf16, DataType::f16};

class PointwiseTest : public testing::Test {
protected:
    std::vector<double> only_output(const graph::Case& value, const char* plan = "fused") {
        return run(*backend_, value, plan).outputs.front();
    }

    void finish(int least) {
        std::cout << comparison_.summary();
        EXPECT_GE(comparison_.runs(), least);
    }

    /// No spatial dimension of 1: there the library mixes up channels (LIBRARY_TROUBLE.md).
    Shape random_shape() {
        Shape shape{draw_(1, 2), draw_(1, 20)};
        for (std::int64_t dimensions = draw_(1, 3); dimensions > 0; --dimensions) {
            shape.push_back(draw_(2, 5));
        }
        return shape;
    }

    Shape some_ones(Shape shape) {
        for (std::int64_t& extent : shape) {
            extent = draw_.chance(1, 2) ? 1 : extent;
        }
        return shape;
    }

    std::unique_ptr<Backend> backend_ = make_onednn_backend();
    OracleComparison comparison_{*backend_};
    Draw draw_{5};
};

TEST_F(PointwiseTest, AChainOfPointwiseNodesIsOnePrimitive) {
    graph::CaseBuilder builder("chain");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 1, 1, 3}, {10, 20, 100}));
    const auto y = builder.input("y", TensorData(DataType::s8, {1, 1, 1, 3}, {-4, 5, 6}));
    const auto sum = builder.node("sum", graph::Binary{BinaryAlgorithm::add}, {x, y}, DataType::f32);
    const auto half = builder.node("half", graph::Eltwise{EltwiseAlgorithm::linear, 0.5F, 0.0F}, {sum}, DataType::f32);
    const auto out = builder.node("out", graph::Convert{}, {half}, DataType::s8);
    const graph::Case value = builder.build({out});
    // 3, 12.5 to even, 53
    EXPECT_THAT(only_output(value), ElementsAre(3, 12, 53));
    EXPECT_EQ(run(*backend_, value, "fused").partitions.size(), 1U);
    EXPECT_THAT(only_output(value, "split"), ElementsAre(3, 12, 53));
}

TEST_F(PointwiseTest, ASumReadsThePreviousValuesAsItIsTold) {
    graph::CaseBuilder builder("sum");
    const auto data = builder.input("data", TensorData(DataType::f32, {1, 3}, {1, 2, 3}));
    const auto previous = builder.input("previous", TensorData(DataType::s8, {1, 3}, {-1, 0, 100}));
    const auto y = builder.node("y", graph::Sum{0.5F, 4, Reinterpretation::u8}, {data, previous}, DataType::f32);
    // -1 is 255: 1 + 251/2, 2 - 2, 3 + 48
    EXPECT_THAT(only_output(builder.build({y})), ElementsAre(126.5, 0, 51));
}

TEST_F(PointwiseTest, ASumIsAPostOpWhereTheBytesFit) {
    graph::CaseBuilder builder("sum post-op");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 1, 1, 2}, {10, 20}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 1, 1, 1}, {2}));
    const auto previous = builder.input("previous", TensorData(DataType::s8, {1, 1, 1, 2}, {-8, 100}));
    const auto sums =
        builder.node("sums", graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {x, w}, DataType::s32);
    const auto added =
        builder.node("added", graph::Sum{0.5F, 0, Reinterpretation::none}, {sums, previous}, DataType::f32);
    const auto out = builder.node("out", graph::Convert{}, {added}, DataType::s8);
    const graph::Case value = builder.build({out});
    EXPECT_THAT(only_output(value), ElementsAre(16, 90));
    EXPECT_EQ(run(*backend_, value, "fused").partitions.size(), 1U);
    EXPECT_THAT(only_output(value, "split"), ElementsAre(16, 90));
}

TEST_F(PointwiseTest, PreluHasASlopeForEachChannel) {
    graph::CaseBuilder builder("prelu");
    const auto data = builder.input("data", TensorData(DataType::s8, {1, 2, 2}, {-4, 4, -8, 8}));
    const auto slope = builder.constant("slope", TensorData(DataType::f32, {2, 1}, {0.5, 0.25}));
    const auto y = builder.node("y", graph::Prelu{}, {data, slope}, DataType::f32);
    EXPECT_THAT(only_output(builder.build({y})), ElementsAre(-2, 4, -2, 8));
}

TEST_F(PointwiseTest, SelectNeedsTheNewerLibrary) {
    graph::CaseBuilder builder("select");
    const auto condition = builder.input("condition", TensorData(DataType::u8, {1, 3}, {0, 1, 200}));
    const auto a = builder.input("a", TensorData(DataType::f32, {1, 3}, {1, 2, 3}));
    const auto b = builder.input("b", TensorData(DataType::f32, {1, 3}, {-1, -2, -3}));
    const auto y = builder.node("y", graph::Select{}, {condition, a, b}, DataType::f32);
    const graph::Case value = builder.build({y});
    if (is_version_2(*backend_)) {
        EXPECT_THROW(only_output(value), Unsupported);
    } else {
        EXPECT_THAT(only_output(value), ElementsAre(-1, 2, 3));
    }
}

struct Function {
    EltwiseAlgorithm algorithm;
    float alpha;
    float beta;
    bool positive;  ///< defined for positive numbers only
};

constexpr std::initializer_list<Function> kFunctions{
    {EltwiseAlgorithm::relu, 0, 0, false},       {EltwiseAlgorithm::relu, 0.3F, 0, false},
    {EltwiseAlgorithm::linear, -0.7F, 2, false}, {EltwiseAlgorithm::clip, -3, 20, false},
    {EltwiseAlgorithm::clip_v2, -3, 20, false},  {EltwiseAlgorithm::abs, 0, 0, false},
    {EltwiseAlgorithm::square, 0, 0, false},     {EltwiseAlgorithm::sqrt, 0, 0, true},
    {EltwiseAlgorithm::round, 0, 0, false},      {EltwiseAlgorithm::exp, 0, 0, false},
    {EltwiseAlgorithm::log, 0, 0, true},         {EltwiseAlgorithm::tanh, 0, 0, false},
    {EltwiseAlgorithm::logistic, 0, 0, false},   {EltwiseAlgorithm::elu, 0.5F, 0, false},
    {EltwiseAlgorithm::gelu_tanh, 0, 0, false},  {EltwiseAlgorithm::gelu_erf, 0, 0, false},
    {EltwiseAlgorithm::swish, 0.5F, 0, false},   {EltwiseAlgorithm::hardsigmoid, 0.2F, 0.5F, false},
    {EltwiseAlgorithm::mish, 0, 0, false},       {EltwiseAlgorithm::hardswish, 1.0F / 6.0F, 0.5F, false},
    {EltwiseAlgorithm::soft_relu, 1, 0, false},  {EltwiseAlgorithm::pow, 0.5F, 2, false},
    {EltwiseAlgorithm::pow, 1, 0.5F, true},
};

TEST_F(PointwiseTest, EveryEltwiseAlgorithmOnEveryType) {
    for (const Function& f : kFunctions) {
        for (const DataType type : kTypes) {
            graph::CaseBuilder builder(
                fmt::format("eltwise {} of {}", static_cast<int>(f.algorithm), graph::name_of(type)));
            const Shape shape = random_shape();
            const TensorData data = f.positive ? draw_.tensor(type, shape, 1, 64) : draw_.values(type, shape);
            const auto x = builder.input("x", data);
            const auto y = builder.node("y", graph::Eltwise{f.algorithm, f.alpha, f.beta}, {x}, DataType::f32);
            const bool back = graph::is_integer(type) && draw_.chance(1, 2);
            comparison_.check(builder.build({back ? builder.node("z", graph::Convert{}, {y}, type) : y}));
        }
    }
    finish(100);
}

TEST_F(PointwiseTest, BinarySweep) {
    for (int problem = 0; problem < 300; ++problem) {
        graph::CaseBuilder builder(fmt::format("binary {}", problem));
        const auto algorithm =
            draw_.one_of({BinaryAlgorithm::add, BinaryAlgorithm::subtract, BinaryAlgorithm::multiply,
                          BinaryAlgorithm::divide, BinaryAlgorithm::maximum, BinaryAlgorithm::minimum,
                          BinaryAlgorithm::greater_equal, BinaryAlgorithm::greater, BinaryAlgorithm::less_equal,
                          BinaryAlgorithm::less, BinaryAlgorithm::equal, BinaryAlgorithm::not_equal});
        const Shape shape = random_shape();
        const bool first_repeats = draw_.chance(1, 5);
        const auto a =
            builder.input("a", draw_.values(draw_.one_of<DataType>(kTypes), first_repeats ? some_ones(shape) : shape));
        const auto b = builder.input(
            "b", draw_.tensor(draw_.one_of<DataType>(kTypes), first_repeats ? shape : some_ones(shape), 1, 99));
        const TensorId y = builder.node("y", graph::Binary{algorithm}, {a, b}, DataType::f32);
        comparison_.check(builder.build({random_tail(builder, draw_, y, {2, false, false, true, true})}));
    }
    finish(250);
}

TEST_F(PointwiseTest, SumAndPreluSweep) {
    for (int problem = 0; problem < 120; ++problem) {
        graph::CaseBuilder builder(fmt::format("sum or prelu {}", problem));
        const Shape shape = random_shape();
        const auto x = builder.input("x", draw_.values(draw_.one_of<DataType>(kTypes), shape));
        TensorId y = graph::kAbsent;
        if (draw_.chance(1, 2)) {
            const auto slope =
                builder.constant("slope", draw_.values(draw_.one_of<DataType>(kTypes), some_ones(shape)));
            y = builder.node("y", graph::Prelu{}, {x, slope}, DataType::f32);
        } else {
            const auto type = draw_.one_of<DataType>(kTypes);
            const bool bytes = graph::size_of(type) == 1;
            const graph::Sum operation{
                draw_.one_of({1.0F, 0.3F}), draw_.chance(1, 2) ? draw_(-9, 9) : 0,
                bytes ? draw_.one_of({Reinterpretation::none, Reinterpretation::s8, Reinterpretation::u8})
                      : Reinterpretation::none};
            y = builder.node("y", operation, {x, builder.input("previous", draw_.values(type, shape))}, DataType::f32);
        }
        comparison_.check(builder.build({y}));
    }
    finish(70);
}

}  // namespace
}  // namespace difftest::backends::onednn
