#include "reference/oracle/context.hpp"
#include "reference/oracle/testing/set_evaluation.hpp"

#include <gtest/gtest.h>

namespace difftest::oracle {
namespace {

using graph::DataType;

AllowedTensor number(double value) {
    AllowedTensor tensor(DataType::f32, {1});
    tensor.set_point(0, value);
    return tensor;
}

/// 255 levels from `low` and `high` of the input to -127 and 127.
AllowedTensor quantized(const Interval& x, double low, double high) {
    AllowedTensor data(DataType::f32, {1});
    data.set_interval(0, x);
    testing::SetEvaluation evaluation(graph::FakeQuantize{255, graph::FakeQuantizeForm::specification},
                                      {data, number(low), number(high), number(-127), number(127)}, DataType::s8);
    return evaluation.run(evaluate_fake_quantize);
}

// Between 1 and -1: 0.5 is (0.5 - 1) / -2 * 254 = 63.5, rounded to 64, and 64 - 127 = -63; 1 is 0 - 127; what is above
// 1 is the output's high end, 127, and -1 and below its low end, -127.
TEST(FakeQuantizeOfASet, ADecreasingInputRangeJumpsAtItsEnds) {
    const AllowedTensor above = quantized({0.5, 2}, 1, -1);
    EXPECT_TRUE(above.contains(0, -63));
    EXPECT_TRUE(above.contains(0, -127)) << "1 itself";
    EXPECT_TRUE(above.contains(0, 127)) << "2";
    // -0.5: 1.5 / 2 * 254 = 190.5, rounded to 190: 63. Just above -1: 127.
    const AllowedTensor below = quantized({-2, -0.5}, 1, -1);
    EXPECT_TRUE(below.contains(0, 63));
    EXPECT_TRUE(below.contains(0, 127)) << "just above -1";
    EXPECT_TRUE(below.contains(0, -127)) << "-2";
    const AllowedTensor inside = quantized({0.5, 0.75}, 1, -1);
    EXPECT_TRUE(inside.contains(0, -95)) << "0.75: 31.75, rounded to 32";
    EXPECT_FALSE(inside.contains(0, -96));
    EXPECT_FALSE(inside.contains(0, 127));
}

TEST(FakeQuantizeOfASet, AnIncreasingInputRangeIsMonotone) {
    // 0.5: 1.5 / 2 * 254 = 190.5, rounded to 190: 63.
    const AllowedTensor set = quantized({0.5, 2}, -1, 1);
    EXPECT_TRUE(set.contains(0, 63));
    EXPECT_TRUE(set.contains(0, 127));
    EXPECT_FALSE(set.contains(0, 62));
    EXPECT_FALSE(set.contains(0, -127));
}

}  // namespace
}  // namespace difftest::oracle
