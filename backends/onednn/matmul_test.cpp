#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/random_tail.hpp"
#include "backends/onednn/thread_scope.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

/// Matmul and inner product: by hand, then against the oracle over types, shapes, broadcast, zero points and tails.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using graph::kAbsent;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using testing::ElementsAre;

std::vector<double> only_output(const graph::Case& value) {
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    return run(*backend, value, "fused").outputs.front();
}

TEST(Matmul, MultipliesRowsByColumns) {
    graph::CaseBuilder builder("plain");
    const auto a = builder.input("a", TensorData(DataType::u8, {2, 3}, {1, 2, 3, 4, 5, 6}));
    const auto b = builder.constant("b", TensorData(DataType::s8, {3, 2}, {1, -1, 2, -2, 3, -3}));
    const auto bias = builder.constant("bias", TensorData(DataType::s32, {2}, {100, 200}));
    const auto y = builder.node("y", graph::Matmul{}, {a, b, bias}, DataType::s32);
    // 1+4+9 = 14, 4+10+18 = 32
    EXPECT_THAT(only_output(builder.build({y})), ElementsAre(114, 186, 132, 168));
}

TEST(Matmul, TransposesEitherMatrix) {
    graph::CaseBuilder builder("transposed");
    const auto a = builder.input("a", TensorData(DataType::u8, {3, 2}, {1, 4, 2, 5, 3, 6}));
    const auto b = builder.input("b", TensorData(DataType::s8, {2, 3}, {1, 2, 3, -1, -2, -3}));
    const auto y = builder.node("y", graph::Matmul{true, true}, {a, b}, DataType::s32);
    EXPECT_THAT(only_output(builder.build({y})), ElementsAre(14, -14, 32, -32));
}

TEST(Matmul, BroadcastsTheBatch) {
    graph::CaseBuilder builder("batch");
    const auto a = builder.input("a", TensorData(DataType::u8, {2, 1, 2}, {1, 2, 3, 4}));
    const auto b = builder.constant("b", TensorData(DataType::s8, {2, 1}, {10, 1}));
    const auto y = builder.node("y", graph::Matmul{}, {a, b}, DataType::s32);
    EXPECT_THAT(only_output(builder.build({y})), ElementsAre(12, 34));
}

TEST(Matmul, SubtractsZeroPoints) {
    graph::CaseBuilder builder("zero points");
    const auto a = builder.input("a", TensorData(DataType::u8, {1, 2}, {7, 9}));
    const auto b = builder.constant("b", TensorData(DataType::s8, {2, 1}, {4, 5}));
    const auto za = builder.constant("za", TensorData(DataType::s32, {}, {2}));
    const auto zb = builder.constant("zb", TensorData(DataType::s32, {}, {3}));
    const auto y = builder.node("y", graph::Matmul{}, {a, b, kAbsent, za, zb}, DataType::s32);
    // (7-2)*(4-3) + (9-2)*(5-3)
    EXPECT_THAT(only_output(builder.build({y})), ElementsAre(19));
}

TEST(InnerProduct, SumsOverChannelsAndSpace) {
    graph::CaseBuilder builder("inner product");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 2, 1, 2}, {1, 2, 3, 4}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {2, 2, 1, 2}, {1, 10, 100, 0, 0, 0, 0, -1}));
    const auto bias = builder.constant("bias", TensorData(DataType::s32, {2}, {5, 6}));
    const auto y = builder.node("y", graph::InnerProduct{}, {x, w, bias}, DataType::s32);
    EXPECT_THAT(only_output(builder.build({y})), ElementsAre(326, 2));
}

/// Zero points of an inner product are not offered by any release on the CPU.
TEST(InnerProduct, ZeroPointsAreRefusedByTheLibrary) {
    graph::CaseBuilder builder("inner product");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 2}, {1, 2}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 2}, {1, 10}));
    const auto zero_point = builder.constant("z", TensorData(DataType::s32, {}, {1}));
    const auto y = builder.node("y", graph::InnerProduct{}, {x, w, kAbsent, zero_point}, DataType::s32);
    EXPECT_THROW(only_output(builder.build({y})), Unsupported);
}

/// oneDNN 2.6 creates the primitive and then misses the slopes (LIBRARY_TROUBLE.md); convolutions have no such trouble.
TEST(Products, PreluAsAPostOp) {
    for (const bool is_matmul : {true, false}) {
        graph::CaseBuilder builder("prelu");
        const auto x = builder.input("x", TensorData(DataType::s8, {1, 2}, {1, 2}));
        const auto w = builder.constant("w", TensorData(DataType::s8, {2, 2}, {-2, 2, 2, -2}));
        const auto slope = builder.constant("slope", TensorData(DataType::f32, {1, 2}, {0.5, 0.25}));
        const graph::Operation product =
            is_matmul ? graph::Operation{graph::Matmul{false, true}} : graph::Operation{graph::InnerProduct{}};
        const auto sums = builder.node("sums", product, {x, w}, DataType::s32);
        const auto y = builder.node("y", graph::Prelu{}, {sums, slope}, DataType::f32);
        const graph::Case value = builder.build({y});
        const std::unique_ptr<Backend> backend = make_onednn_backend();
        // -2+4 = 2, 2-4 = -2 times 0.25
        EXPECT_THAT(run(*backend, value, "split").outputs.front(), ElementsAre(2, -0.5));
        if (is_version_2(*backend)) {
            EXPECT_THROW(run(*backend, value, "fused"), BackendError);
        } else {
            EXPECT_THAT(run(*backend, value, "fused").outputs.front(), ElementsAre(2, -0.5));
        }
    }
}

/// oneDNN 2.6 takes the zero point and forgets it (LIBRARY_TROUBLE.md).
TEST(Products, SumWithAZeroPointAfterAnInnerProductOfReals) {
    graph::CaseBuilder builder("sum");
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 2}, {1, 2}));
    const auto w = builder.constant("w", TensorData(DataType::f32, {1, 2}, {1, 1}));
    const auto previous = builder.input("previous", TensorData(DataType::f32, {1, 1}, {10}));
    const auto sums = builder.node("sums", graph::InnerProduct{}, {x, w}, DataType::f32);
    const auto y =
        builder.node("y", graph::Sum{0.5F, 4, graph::Reinterpretation::none}, {sums, previous}, DataType::f32);
    const graph::Case value = builder.build({y});
    const std::unique_ptr<Backend> backend = make_onednn_backend();
    // 3 + (10 - 4) / 2
    EXPECT_THAT(run(*backend, value, "split").outputs.front(), ElementsAre(6));
    if (is_version_2(*backend)) {
        EXPECT_THAT(run(*backend, value, "fused").outputs.front(), ElementsAre(8));
    } else {
        EXPECT_THROW(run(*backend, value, "fused"), Unsupported);
    }
}

class ContractionSweep : public testing::Test {
protected:
    void finish(int least) {
        std::cout << comparison_.summary();
        EXPECT_GE(comparison_.runs(), least);
    }

    /// Real operands give real sums; 8-bit ones s32.
    DataType result_type(DataType source) { return graph::is_integer(source) ? DataType::s32 : DataType::f32; }

    std::unique_ptr<Backend> backend_ = make_onednn_backend();
    OracleComparison comparison_{*backend_};
    Draw draw_{7};
    TailLimits tail_{3, !is_version_2(*backend_), true, true, true};
};

TEST_F(ContractionSweep, Matmul) {
    // 3.7 crashes with several: known issue onednn_brg_matmul_batch_threads.
    const ThreadScope threads(is_version_2(*backend_) ? std::nullopt : std::optional(1));
    for (int problem = 0; problem < 400; ++problem) {
        graph::CaseBuilder builder(fmt::format("matmul {}", problem));
        const std::int64_t m = draw_(1, 20);
        const std::int64_t n = draw_(1, 40);
        const std::int64_t k = draw_(1, 70);
        const graph::Matmul op{draw_.chance(1, 3), draw_.chance(1, 3)};
        Shape a;
        Shape b;
        for (std::int64_t dims = draw_(0, 3); dims > 0; --dims) {
            const std::int64_t size = draw_(1, 3);
            a.push_back(draw_.chance(1, 4) ? 1 : size);
            b.push_back(draw_.chance(1, 4) ? 1 : size);
        }
        a.insert(a.end(), {op.transpose_a ? k : m, op.transpose_a ? m : k});
        b.insert(b.end(), {op.transpose_b ? n : k, op.transpose_b ? k : n});
        const auto source = draw_.one_of({DataType::u8, DataType::s8, DataType::u8, DataType::f32, DataType::bf16});
        const bool integers = graph::is_integer(source);
        const bool shares_b = !std::equal(a.begin(), a.end() - 2, b.begin(), b.end() - 2);
        if (!integers && !is_version_2(*backend_) && shares_b) {
            b = Shape(b.end() - 2, b.end());
            a = Shape(a.end() - 2, a.end());  // a batch that shares its second operand: LIBRARY_TROUBLE.md
        }
        const TensorData weights = draw_.values(integers ? DataType::s8 : source, b);
        std::vector<TensorId> inputs{builder.input("a", draw_.values(source, a)),
                                     draw_.chance(2, 3) ? builder.constant("b", weights) : builder.input("b", weights),
                                     kAbsent, kAbsent, kAbsent};
        if (draw_.chance(1, 2)) {
            inputs[2] =
                builder.constant("bias", draw_.values(result_type(source), draw_.chance(3, 4) ? Shape{n} : Shape{}));
        }
        if (integers && draw_.chance(1, 3)) {
            inputs[3] = builder.constant("za", draw_.tensor(DataType::s32, {}, 0, 127));
        }
        if (integers && draw_.chance(1, 4)) {
            inputs[4] =
                builder.constant("zb", draw_.tensor(DataType::s32, draw_.chance(1, 2) ? Shape{n} : Shape{}, -128, 127));
        }
        const TensorId sums = builder.node("y", op, inputs, result_type(source));
        comparison_.check(builder.build({random_tail(builder, draw_, sums, tail_)}));
    }
    finish(300);
}

TEST_F(ContractionSweep, InnerProduct) {
    for (int problem = 0; problem < 250; ++problem) {
        graph::CaseBuilder builder(fmt::format("inner product {}", problem));
        const std::int64_t outputs = draw_(1, 40);
        Shape x{draw_(1, 5), draw_(1, 40)};
        for (std::int64_t dims = draw_(0, 3); dims > 0; --dims) {
            x.push_back(draw_(1, 4));
        }
        Shape w = x;
        w.front() = outputs;
        const auto source = draw_.one_of({DataType::u8, DataType::s8, DataType::u8, DataType::f32, DataType::bf16});
        std::vector<TensorId> inputs{
            builder.input("x", draw_.values(source, x)),
            builder.constant("w", draw_.values(graph::is_integer(source) ? DataType::s8 : source, w))};
        if (draw_.chance(1, 2)) {
            inputs.push_back(builder.constant("bias", draw_.values(result_type(source), {outputs})));
        }
        const TensorId sums = builder.node("y", graph::InnerProduct{}, inputs, result_type(source));
        tail_.sum_zero_points = graph::is_integer(source) || !is_version_2(*backend_);
        comparison_.check(builder.build({random_tail(builder, draw_, sums, tail_)}));
    }
    finish(200);
}

}  // namespace
}  // namespace difftest::backends::onednn
