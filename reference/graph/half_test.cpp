#include "reference/graph/half.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace difftest::graph {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// IEEE 754-2019, table 3.5: sign 1, exponent 5 (bias 15), fraction 10 bits.
TEST(Half, HasTheValuesOfTheStandard) {
    EXPECT_EQ(from_f16(0x3C00), 1.0F);
    EXPECT_EQ(from_f16(0xC000), -2.0F);
    EXPECT_EQ(from_f16(0x7BFF), 65504.0F);             // (2 - 2^-10) * 2^15
    EXPECT_EQ(from_f16(0x0400), 0x1p-14F);             // smallest normal
    EXPECT_EQ(from_f16(0x03FF), 0x1p-14F - 0x1p-24F);  // largest subnormal
    EXPECT_EQ(from_f16(0x0001), 0x1p-24F);             // smallest subnormal
    EXPECT_EQ(from_f16(0x3555), 0x1.554p-2F);          // the one nearest to 1/3
    EXPECT_EQ(from_f16(0x7C00), kInfinity);
    EXPECT_EQ(from_f16(0xFC00), -kInfinity);
    EXPECT_TRUE(std::isnan(from_f16(0x7E00)));
    EXPECT_TRUE(std::signbit(from_f16(0x8000)));
}

TEST(Half, RoundsToNearestEven) {
    EXPECT_EQ(to_f16(1.0F / 3.0F), 0x3555);
    EXPECT_EQ(to_f16(1 + 0x1p-11F), 0x3C00);      // halfway between ...00 and ...01
    EXPECT_EQ(to_f16(1 + 3 * 0x1p-11F), 0x3C02);  // halfway between ...01 and ...10
    EXPECT_EQ(to_f16(2047.5F), 0x6800);           // carries into the exponent: 2048
    EXPECT_EQ(to_f16(0x1p-25F), 0x0000);          // halfway between 0 and the smallest subnormal
    EXPECT_EQ(to_f16(0x1.000002p-25F), 0x0001);
    EXPECT_EQ(to_f16(-0.0F), 0x8000);
    EXPECT_EQ(to_f16(65519.996F), 0x7BFF);
    EXPECT_EQ(to_f16(65520.0F), 0x7C00);
    EXPECT_EQ(to_f16(-1e30F), 0xFC00);
    EXPECT_EQ(to_f16(std::numeric_limits<float>::quiet_NaN()) & 0x7E00, 0x7E00);
}

TEST(Half, EveryPatternComesBack) {
    for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
        const float value = from_f16(static_cast<std::uint16_t>(bits));
        if (std::isnan(value)) {
            EXPECT_TRUE((bits & 0x7C00U) == 0x7C00U && (bits & 0x3FFU) != 0) << bits;
        } else {
            EXPECT_EQ(to_f16(value), bits);
        }
    }
}

// Between neighbours everything goes to the nearer one, and the middle to the even one: that is the whole function.
TEST(Half, EveryMiddleGoesToTheEvenNeighbour) {
    for (std::uint16_t bits = 0; bits < 0x7BFF; ++bits) {
        const auto next = static_cast<std::uint16_t>(bits + 1);
        const float middle = (from_f16(bits) + from_f16(next)) / 2;
        EXPECT_EQ(to_f16(middle), bits % 2 == 0 ? bits : next);
        EXPECT_EQ(to_f16(std::nextafter(middle, 0.0F)), bits);
        EXPECT_EQ(to_f16(std::nextafter(middle, kInfinity)), next);
        EXPECT_EQ(to_f16(-middle), (bits % 2 == 0 ? bits : next) | 0x8000);
    }
}

TEST(Bfloat, IsTheUpperHalfOfABinary32) {
    EXPECT_EQ(from_bf16(0x3F80), 1.0F);
    EXPECT_EQ(from_bf16(0xC049), -3.140625F);
    EXPECT_EQ(from_bf16(0x0001), 0x1p-133F);
    EXPECT_EQ(to_bf16(1 + 0x1p-8F), 0x3F80);      // halfway, even below
    EXPECT_EQ(to_bf16(1 + 3 * 0x1p-8F), 0x3F82);  // halfway, even above
    EXPECT_EQ(to_bf16(std::bit_cast<float>(0x3F808001U)), 0x3F81);
    EXPECT_EQ(to_bf16(std::numeric_limits<float>::max()), 0x7F80);
    EXPECT_EQ(to_bf16(-0.0F), 0x8000);
    EXPECT_EQ(to_bf16(-kInfinity), 0xFF80);
    EXPECT_EQ(to_bf16(std::bit_cast<float>(0x7F800001U)), 0x7FC0);  // must not become an infinity
}

TEST(Bfloat, EveryPatternComesBack) {
    for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
        const float value = from_bf16(static_cast<std::uint16_t>(bits));
        EXPECT_EQ(to_bf16(value), std::isnan(value) ? (bits | 0x40U) : bits);
    }
}

}  // namespace
}  // namespace difftest::graph
