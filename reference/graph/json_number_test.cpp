#include "reference/graph/json_number.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace difftest::graph {
namespace {

using Json = nlohmann::json;

TEST(JsonNumber, WholeNumbersAreRead) {
    EXPECT_EQ(whole_number<int>(Json::parse("-7")), -7);
    EXPECT_EQ(whole_number<std::uint64_t>(Json::parse("18446744073709551615")),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(whole_number<std::int64_t>(Json::parse("-9223372036854775808")),
              std::numeric_limits<std::int64_t>::min());
}

TEST(JsonNumber, WhatIsNoneOfTheTypeIsRefused) {
    for (const char* text :
         {"1e300", "2.5", "1e2", "18446744073709551615", "9223372036854775808", "true", "null", "\"7\"", "[7]", "{}"}) {
        EXPECT_THROW(whole_number<std::int64_t>(Json::parse(text)), std::invalid_argument) << text;
    }
    EXPECT_THROW(whole_number<int>(Json::parse("2147483648")), std::invalid_argument);
    EXPECT_THROW(whole_number<std::uint64_t>(Json::parse("-1")), std::invalid_argument);
}

}  // namespace
}  // namespace difftest::graph
