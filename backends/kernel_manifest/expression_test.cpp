#include "backends/kernel_manifest/expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace difftest::backends::kernel_manifest {
namespace {

using testing::HasSubstr;

std::int64_t value(const std::string& text) {
    return Expression::parse(text).value([](const std::string& name) -> std::int64_t {
        if (name == "F") {
            return 30;
        }
        if (name == "output.shape[3]") {
            return 6;
        }
        throw ExpressionError("nothing is called " + name);
    });
}

std::string error_of(const std::string& text) {
    try {
        value(text);
    } catch (const ExpressionError& error) {
        return error.what();
    }
    return "";
}

/// 1 in that many parentheses.
std::string nested(std::size_t depth) {
    std::string text(depth, '(');
    text += '1';
    text.append(depth, ')');
    return text;
}

TEST(Expression, ComputesAsInC) {
    EXPECT_EQ(value("2 + 3 * 4 - 10 / 3 - 7 % 4"), 2 + 12 - 3 - 3);
    EXPECT_EQ(value("10 - 3 - 2"), 5);
    EXPECT_EQ(value("-(2 - 5) * -1"), -3);
    EXPECT_EQ(value("-7 / 2"), -3);
    EXPECT_EQ(value("F * output.shape[3]"), 180);
    EXPECT_EQ(value("(F == 30) + (F < 30) + (F >= 30) + (F != 1)"), 3);
    EXPECT_EQ(value("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
}

TEST(Expression, RoundsUp) {
    EXPECT_EQ(value("ceil_div(F, 16)"), 2);
    EXPECT_EQ(value("ceil_div(32, 16)"), 2);
    EXPECT_EQ(value("ceil_div(0 - 3, 2)"), -1);
    EXPECT_EQ(value("round_up(F, 16)"), 32);
    EXPECT_EQ(value("min(F, 16) + max(F, 16)"), 46);
}

TEST(Expression, WrongOnesAreRefusedInOneLine) {
    EXPECT_THAT(error_of("1 / 0"), HasSubstr("expression \"1 / 0\": division by zero"));
    EXPECT_THAT(error_of("ceil_div(1, F - 30)"), HasSubstr("division by zero"));
    EXPECT_THAT(error_of("(0 - 9223372036854775807 - 1) / -1"), HasSubstr("leaves 64 bits"));
    EXPECT_THAT(error_of("9223372036854775807 + 1"), HasSubstr("leaves 64 bits"));
    EXPECT_THAT(error_of("9223372036854775808"), HasSubstr("does not fit into 64 bits"));
    EXPECT_THAT(error_of("G"), HasSubstr("nothing is called G"));
    EXPECT_THAT(error_of("sqrt(4)"), HasSubstr("unknown function 'sqrt'"));
    EXPECT_THAT(error_of("min(4)"), HasSubstr("min takes two arguments"));
    EXPECT_THAT(error_of(""), HasSubstr("missing at its end"));
    EXPECT_THAT(error_of("2 +"), HasSubstr("missing at its end"));
    EXPECT_THAT(error_of("2 3"), HasSubstr("unexpected '3' at character 3"));
    EXPECT_THAT(error_of("system(\"rm\")"), HasSubstr("unknown function 'system'"));
    EXPECT_THAT(error_of(nested(33)), HasSubstr("nested deeper than 32"));
    EXPECT_THAT(error_of(std::string(1001, '1')), HasSubstr("longer than 1000"));
    EXPECT_EQ(value(nested(31)), 1);
}

}  // namespace
}  // namespace difftest::backends::kernel_manifest
