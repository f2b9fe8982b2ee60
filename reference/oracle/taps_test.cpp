#include "reference/oracle/taps.hpp"

#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <gtest/gtest.h>

namespace difftest::oracle {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

TEST(Taps, OfADeconvolutionByHand) {
    // Input 1 2 3, kernel 10 20, stride 2: output 10 20 20 40 30 60; element 3 is 2 * 20.
    CaseBuilder builder("deconv");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 1, 3}, {1, 2, 3}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 1, 2}, {10, 20}));
    const auto y = builder.node("y", graph::Deconvolution{{2}, {1}, {0}, {0}, {0}, 1}, {x, w}, DataType::s32);
    const graph::Case value = builder.build({y});
    const auto taps = taps_of(value, 0, 3);
    ASSERT_EQ(taps.size(), 1U);
    EXPECT_EQ(taps[0].data, (std::vector<std::int64_t>{0, 0, 1}));
    EXPECT_EQ(taps[0].weights, (std::vector<std::int64_t>{0, 0, 1}));
    EXPECT_EQ(taps[0].product(), 40);
}

TensorData counted(DataType type, const graph::Shape& shape, std::int64_t step) {
    TensorData data(type, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(i * step % 100));
    }
    return data;
}

void expect_sums(const graph::Case& value) {
    const AllowedTensor acc = evaluate(value, contract::Contract()).of(value.graph.outputs[0]);
    for (std::int64_t i = 0; i < acc.size(); ++i) {
        std::int64_t sum = 0;
        for (const Tap& tap : taps_of(value, 0, i)) {
            sum += tap.product();
        }
        EXPECT_EQ(static_cast<double>(sum), acc.point(i)) << i;
    }
}

TEST(Taps, OfAMatmulByHand) {
    // (1 2) * (10 20; 30 40): element 1 is 1 * 20 + 2 * 40. The second operand is given transposed.
    CaseBuilder builder("matmul");
    const auto a = builder.input("a", TensorData(DataType::u8, {1, 2}, {1, 2}));
    const auto b = builder.constant("b", TensorData(DataType::s8, {2, 2}, {10, 30, 20, 40}));
    const graph::Case value = builder.build({builder.node("y", graph::Matmul{false, true}, {a, b}, DataType::s32)});
    const auto taps = taps_of(value, 0, 1);
    ASSERT_EQ(taps.size(), 2U);
    EXPECT_EQ(taps[0].product(), 20);
    EXPECT_EQ(taps[1].product(), 80);
    EXPECT_EQ(taps[1].data, (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(taps[1].weights, (std::vector<std::int64_t>{1, 1}));
}

TEST(Taps, OfProductsAddUpToTheAccumulator) {
    for (const bool transposed : {false, true}) {
        CaseBuilder builder("matmul");
        const graph::Shape a = transposed ? graph::Shape{3, 1, 5, 2} : graph::Shape{3, 1, 2, 5};
        const graph::Shape b = transposed ? graph::Shape{4, 6, 5} : graph::Shape{4, 5, 6};
        const auto zb = builder.constant("zb", TensorData(DataType::s32, {6}, {1, -2, 3, 0, 5, 6}));
        const auto y = builder.node(
            "y", graph::Matmul{transposed, transposed},
            {builder.input("a", counted(DataType::u8, a, 37)), builder.constant("b", counted(DataType::s8, b, 23)),
             graph::kAbsent, builder.constant("za", TensorData(DataType::s32, {}, {7})), zb},
            DataType::s32);
        expect_sums(builder.build({y}));
    }
    CaseBuilder builder("inner_product");
    const auto y = builder.node("y", graph::InnerProduct{},
                                {builder.input("x", counted(DataType::u8, {2, 3, 2, 2}, 41)),
                                 builder.constant("w", counted(DataType::s8, {4, 3, 2, 2}, 17)), graph::kAbsent,
                                 builder.constant("zx", TensorData(DataType::s32, {3}, {1, 2, 3}))},
                                DataType::s32);
    expect_sums(builder.build({y}));
}

TEST(Taps, AddUpToTheAccumulator) {
    CaseBuilder builder("conv");
    TensorData x(DataType::u8, {1, 4, 5, 4});
    TensorData w(DataType::s8, {6, 2, 3, 2});
    for (std::int64_t i = 0; i < x.size(); ++i) {
        x.set(i, static_cast<double>(i * 37 % 256));
    }
    for (std::int64_t i = 0; i < w.size(); ++i) {
        w.set(i, static_cast<double>(i * 29 % 255 - 127));
    }
    const auto y = builder.node("y", graph::Convolution{{2, 1}, {1, 2}, {1, 1}, {1, 0}, 2},
                                {builder.input("x", x), builder.constant("w", w), graph::kAbsent,
                                 builder.constant("zx", TensorData(DataType::s32, {}, {7})),
                                 builder.constant("zw", TensorData(DataType::s32, {}, {-3}))},
                                DataType::s32);
    expect_sums(builder.build({y}));
}

}  // namespace
}  // namespace difftest::oracle
