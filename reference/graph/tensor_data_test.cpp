#include "reference/graph/tensor_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace difftest::graph {
namespace {

using ::testing::ElementsAre;

std::string refusal(DataType type, Shape shape, const std::vector<double>& values) {
    try {
        const TensorData data(type, std::move(shape), values);
        return "accepted";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

TEST(TensorData, StartsWithZeros) {
    const TensorData data(DataType::s32, {2, 3});
    EXPECT_EQ(data.size(), 6);
    EXPECT_EQ(data.bytes().size(), 24U);
    EXPECT_EQ(data.at(5), 0);
}

TEST(TensorData, KeepsTheEndsOfEveryType) {
    const TensorData s8(DataType::s8, {2}, {-128, 127});
    const TensorData u8(DataType::u8, {2}, {0, 255});
    const TensorData s32(DataType::s32, {2}, {-2147483648.0, 2147483647.0});
    EXPECT_EQ(s8.at(0), -128);
    EXPECT_EQ(u8.at(1), 255);
    EXPECT_EQ(s32.at(0), -2147483648.0);
    EXPECT_EQ(s32.at(1), 2147483647.0);
    EXPECT_EQ(TensorData(DataType::f32, {1}, {0x1p-149}).at(0), 0x1p-149);
    EXPECT_EQ(TensorData(DataType::f16, {1}, {65504}).at(0), 65504);
    EXPECT_EQ(TensorData(DataType::bf16, {1}, {0x1.FEp127}).at(0), 0x1.FEp127);
}

TEST(TensorData, LiesInMemoryInRowMajorLittleEndianOrder) {
    const TensorData data(DataType::s32, {2}, {1, -2});
    std::vector<int> bytes;
    for (const std::byte byte : data.bytes()) {
        bytes.push_back(std::to_integer<int>(byte));
    }
    EXPECT_THAT(bytes, ElementsAre(1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF));
}

TEST(TensorData, RefusesWhatTheTypeCannotHold) {
    EXPECT_EQ(refusal(DataType::u8, {2}, {0, 256}), "value 256 at index 1 is not representable in u8");
    EXPECT_EQ(refusal(DataType::s8, {1}, {0.5}), "value 0.5 at index 0 is not representable in s8");
    EXPECT_EQ(refusal(DataType::f32, {1}, {0.1}), "value 0.1 at index 0 is not representable in f32");
    EXPECT_EQ(refusal(DataType::bf16, {1}, {257}), "value 257 at index 0 is not representable in bf16");
    EXPECT_EQ(refusal(DataType::s32, {1}, {std::nan("")}), "value nan at index 0 is not representable in s32");
    EXPECT_EQ(refusal(DataType::u8, {2, 2}, {0}), "1 values for shape 2x2 of 4 elements");
    EXPECT_EQ(refusal(DataType::u8, {-1}, {}), "shape -1 has no valid element count");
}

TEST(TensorData, IsComparedBitByBit) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(TensorData(DataType::f32, {1}, {nan}), TensorData(DataType::f32, {1}, {nan}));
    EXPECT_NE(TensorData(DataType::f32, {1}, {0.0}), TensorData(DataType::f32, {1}, {-0.0}));
    EXPECT_NE(TensorData(DataType::f32, {1}), TensorData(DataType::s32, {1}));
    EXPECT_NE(TensorData(DataType::u8, {2, 1}), TensorData(DataType::u8, {1, 2}));
}

}  // namespace
}  // namespace difftest::graph
