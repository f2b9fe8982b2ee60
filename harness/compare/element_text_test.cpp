#include "harness/compare/element_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace difftest::harness {
namespace {

using graph::DataType;

TEST(ElementText, Values) {
    EXPECT_EQ(value_text(28, DataType::u8), "28");
    EXPECT_EQ(value_text(-2147483648.0, DataType::s32), "-2147483648");
    EXPECT_EQ(value_text(static_cast<double>(1.0F / 9.0F), DataType::f32), "0.11111111");
    EXPECT_EQ(value_text(std::numeric_limits<double>::quiet_NaN(), DataType::f32), "nan");
    EXPECT_EQ(value_text(-std::numeric_limits<double>::infinity(), DataType::f32), "-inf");
}

TEST(ElementText, Sets) {
    EXPECT_EQ(set_text({{{28, 28}}, false, false}, DataType::u8), "28");
    EXPECT_EQ(set_text({{{27, 28}, {30, 30}}, false, false}, DataType::u8), "27..28 or 30");
    EXPECT_EQ(set_text({{{1.5, 1.5}}, true, false}, DataType::f32), "1.5 or nan");
    EXPECT_EQ(set_text({{}, true, false}, DataType::f32), "nan");
    EXPECT_EQ(set_text({{}, false, true}, DataType::u8), "anything");
}

TEST(ElementText, Coordinates) {
    EXPECT_EQ(coordinates_text({0, 3, 1, 2}), "[0,3,1,2]");
    EXPECT_EQ(coordinates_text({}), "[]");
}

}  // namespace
}  // namespace difftest::harness
