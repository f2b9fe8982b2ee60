#include "harness/compare/error_steps.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace difftest::harness {
namespace {

using graph::DataType;
using oracle::AllowedSet;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

AllowedSet between(double lo, double hi) {
    return {{{lo, hi}}, false, false};
}

TEST(ErrorSteps, OfIntegersAreWholeSteps) {
    EXPECT_EQ(error_steps(between(27, 28), 28, DataType::u8), 0);
    EXPECT_EQ(error_steps(between(27, 28), 31, DataType::u8), 3);
    EXPECT_EQ(error_steps(between(27, 28), 0, DataType::s32), 27);
}

/// The spacing in the binade of 1 is 2^-23 for f32, 2^-10 for f16 and 2^-7 for bf16; in that of 6 four times as much.
TEST(ErrorSteps, OfFloatsAreUlpsOfTheNearestAllowedValue) {
    EXPECT_EQ(error_steps(between(0.5, 1), 1 + 3 * 0x1p-23, DataType::f32), 3);
    EXPECT_EQ(error_steps(between(1, 1), 1 + 0x1p-10, DataType::f16), 1);
    EXPECT_EQ(error_steps(between(1, 1), 1 - 0x1p-7, DataType::bf16), 1);
    EXPECT_EQ(error_steps(between(6, 7), 5, DataType::f32), 0x1p21);
    EXPECT_EQ(error_steps({{{-8, -8}, {6, 7}}, false, false}, -8.5, DataType::f32), 0x1p19) << "0.5 / 2^-20";
}

TEST(ErrorSteps, BelowTheNormalNumbersTheSpacingStaysThatOfSubnormals) {
    EXPECT_EQ(error_steps(between(0, 0), 0x1p-149, DataType::f32), 1);
    EXPECT_EQ(error_steps(between(0x1p-140, 0x1p-140), 0, DataType::f32), 512);
    EXPECT_EQ(error_steps(between(0, 0), 0x1p-24, DataType::f16), 1);
}

TEST(ErrorSteps, WhatIsNoNumberIsInfinitelyFar) {
    EXPECT_EQ(error_steps(between(1, 1), std::nan(""), DataType::f32), kInfinity);
    EXPECT_EQ(error_steps(between(1, 1), kInfinity, DataType::f32), kInfinity);
    EXPECT_EQ(error_steps(between(kInfinity, kInfinity), 1, DataType::f32), kInfinity);
    EXPECT_EQ(error_steps({{}, true, false}, 1, DataType::f32), kInfinity);
    EXPECT_EQ(error_steps({{}, true, false}, std::nan(""), DataType::f32), 0);
}

TEST(ErrorSteps, AreCountedByPowersOfTwo) {
    EXPECT_EQ(bucket_of(0.25), 0);
    EXPECT_EQ(bucket_of(1), 0);
    EXPECT_EQ(bucket_of(1.5), 1);
    EXPECT_EQ(bucket_of(2), 1);
    EXPECT_EQ(bucket_of(3), 2);
    EXPECT_EQ(bucket_of(4), 2);
    EXPECT_EQ(bucket_of(255), 8);
    EXPECT_EQ(bucket_of(0x1p60), 60);
    EXPECT_EQ(bucket_of(kInfinity), kNotFinite);
    EXPECT_EQ(bucket_text(2, "LSB"), "up to 4 LSB");
    EXPECT_EQ(bucket_text(11, "ulp"), "up to 2^11 ulp");
    EXPECT_EQ(bucket_text(kNotFinite, "ulp"), "not finite");
}

}  // namespace
}  // namespace difftest::harness
