#include "harness/reduce/case_cost.hpp"
#include "harness/reduce/simpler_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using graph::DataType;

TEST(ValueComplexity, OrdersAsAReaderWould) {
    const double in_order[] = {0.0, 1.0, -1.0, 2.0, 0.25, 64.0, 3.0, 0.3, 0.111, 100.0, 12345.0};
    for (std::size_t i = 1; i < std::size(in_order); ++i) {
        EXPECT_LT(complexity_of(in_order[i - 1], DataType::f32), complexity_of(in_order[i], DataType::f32))
            << in_order[i];
    }
}

TEST(SimplerValues, AreSimplerAndFit) {
    for (const double value : {77.7, -3.14, 255.0, 1e20}) {
        for (const double simpler : simpler_values(static_cast<double>(static_cast<float>(value)), DataType::f32)) {
            EXPECT_LT(complexity_of(simpler, DataType::f32), complexity_of(value, DataType::f32));
            EXPECT_EQ(static_cast<double>(static_cast<float>(simpler)), simpler);
        }
    }
    EXPECT_TRUE(simpler_values(0, DataType::f32).empty());
    EXPECT_THAT(simpler_values(1, DataType::u8), testing::ElementsAre(0));
    EXPECT_THAT(simpler_values(200, DataType::u8), testing::IsSupersetOf({0.0, 1.0, 128.0, 100.0}));
    EXPECT_THAT(simpler_values(200, DataType::u8), testing::Not(testing::Contains(testing::Gt(255))));
    EXPECT_THAT(simpler_values(-5, DataType::s8), testing::Contains(-4.0));
}

}  // namespace
}  // namespace difftest::harness
