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
    const graph::Case value = builder.build({y});
    const AllowedTensor acc = evaluate(value, contract::Contract()).of(value.graph.outputs[0]);
    for (std::int64_t i = 0; i < acc.size(); ++i) {
        std::int64_t sum = 0;
        for (const Tap& tap : taps_of(value, 0, i)) {
            sum += tap.product();
        }
        EXPECT_EQ(static_cast<double>(sum), acc.point(i)) << i;
    }
}

}  // namespace
}  // namespace difftest::oracle
